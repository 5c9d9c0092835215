"""What readers see is said in every language: what is gathered, and what the check finds wrong."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from docs.make_catalogues import (
    LOCALES,
    ROOT,
    TEMPLATE,
    as_text,
    catalogues,
    check,
    fault_of,
    gathered,
    placeholders,
    read,
    write,
)
from retention_helpers.words import Words, catalogue

SAID = 'def told(words):\n    return words.say("{n} of {all} stayed", n=1, all=2)\n'


def house(folder: Path, said: str = SAID, translated: str = "Остались {n} из {all}") -> Path:
    """A house with one sentence, said in Russian."""
    home = folder / LOCALES / "ru" / "LC_MESSAGES"
    for place in (home, folder / "notebooks"):
        place.mkdir(parents=True)
    (folder / "retention_helpers/told.py").write_text(SAID, encoding="utf-8")
    (home / "reports.po").write_text('msgid ""\nmsgstr "Language: ru\\n"\n', encoding="utf-8")
    write(folder)
    catalog = read(home / "reports.po", "ru")
    catalog["{n} of {all} stayed"].string = translated
    (home / "reports.po").write_text(as_text(catalog), encoding="utf-8")
    (folder / "retention_helpers/told.py").write_text(said, encoding="utf-8")
    return folder


def test_every_text_of_this_house_is_said_in_every_language() -> None:
    assert sorted(catalogues()) == ["ru", "uk"]
    assert check() == []


def test_a_text_that_is_said_has_no_problem(tmp_path: Path) -> None:
    assert check(house(tmp_path)) == []


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ('words.say("New text")', "New text"),
        ('words.plural("{n} day", "{n} days", 3)', "{n} day"),
        ('TABLE = {"a": marked("In a table")}', "In a table"),
        ("f\"{words.say('Inside')} f-string\"", "Inside"),
        ('words.say("In two " "pieces")', "In two pieces"),
    ],
)
def test_a_text_without_a_translation_is_found_wherever_it_stands(tmp_path: Path, more: str, text: str) -> None:
    problems = check(house(tmp_path, said=f"{SAID}\n\n{more}\n"))
    assert problems == [f"{TEMPLATE} is stale. Run: make words", f"ru: not translated: {text!r}"]


def test_templates_and_notebooks_are_read_too_and_lines_of_the_console_are_not(tmp_path: Path) -> None:
    place = house(tmp_path, said='say("Facts: reading the source.")\n')
    (place / "retention_helpers/page.html.j2").write_text("<p>{{ say('Left out:') }}</p>", encoding="utf-8")
    cells = [
        {"cell_type": "markdown", "source": ["# Who stays?\n", "\n", "Read on.\n"]},
        {"cell_type": "code", "source": ['words.say("In {month}.", month=1)']},
    ]
    for name in ("summary", "_template"):
        (place / f"notebooks/{name}.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    texts = {message.id: [name for name, _ in message.locations] for message in gathered(place) if message.id}
    assert texts == {
        "Left out:": ["retention_helpers/page.html.j2"],
        "# Who stays?\n\nRead on.": ["notebooks/summary.ipynb"],
        "In {month}.": ["notebooks/_template.ipynb", "notebooks/summary.ipynb"],
    }


def test_what_is_said_nowhere_any_more_is_found_and_goes_with_the_next_writing(tmp_path: Path) -> None:
    place = house(tmp_path, said="")
    assert "ru: said nowhere any more: '{n} of {all} stayed'" in check(place)
    write(place)
    assert check(place) == []


def test_a_changed_text_keeps_its_old_translation_marked_fuzzy(tmp_path: Path) -> None:
    place = house(tmp_path, said=SAID.replace("stayed", "stayed on"))
    write(place)
    assert check(place) == ["ru: fuzzy: '{n} of {all} stayed on'"]
    assert catalogue_text(place).count("Остались {n} из {all}") == 1


def test_writing_twice_gives_the_same_bytes_without_times_or_lines(tmp_path: Path) -> None:
    place = house(tmp_path)
    before = catalogue_text(place)
    write(place)
    assert catalogue_text(place) == before
    assert "Date" not in before
    assert "told.py:" not in before


def catalogue_text(place: Path) -> str:
    return (place / LOCALES / "ru" / "LC_MESSAGES" / "reports.po").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("", "not translated"),
        ("Остались {n}", "placeholders differ (all)"),
        ("Остались {n} из {всех}", "placeholders differ (all, всех)"),
        ("Остались {n из {all}", "ill-formed"),
        ("Остались {n:big} из {all}", "unknown form (big)"),
        ("{all:title}: {n:of}", ""),
    ],
)
def test_a_translation_has_the_placeholders_of_its_text(said: str, fault: str) -> None:
    english = Message("{n} of {all} stayed")
    found = fault_of(english, Message(english.id, said), 3)
    assert found == fault or (fault == "ill-formed" and found.startswith(fault))


@pytest.mark.parametrize(
    ("forms", "fault"),
    [
        (("{n} день", "{n} дня", "{n} дней"), ""),
        (("{n} день", "{n} дня"), "2 plural forms instead of 3"),
        (("{n} день", "", "{n} дней"), "not translated"),
        (("{n} день", "дня", "{n} дней"), "placeholders differ (n)"),
    ],
)
def test_a_plural_has_all_the_forms_of_its_language(forms: tuple[str, ...], fault: str) -> None:
    assert fault_of(Message(("{n} day", "{n} days")), Message(("{n} day", "{n} days"), forms), 3) == fault


PLURALS = [message for message in gathered() if message.pluralizable]


@pytest.mark.parametrize("locale", ["en", "ru", "uk"])
@pytest.mark.parametrize("count", [1, 2, 5, 21, 100])
def test_every_plural_is_said_for_every_count(locale: str, count: int) -> None:
    assert PLURALS
    words = Words(locale)
    said = [words.plural(*message.id, count, **_others(message.id[1])) for message in PLURALS]
    assert all(words.integer(count) in text and "{" not in text for text in said)


def _others(text: str) -> dict[str, str]:
    """Something for each place of a plural but its count."""
    return dict.fromkeys(placeholders(text) - {"n"}, "something")


@pytest.mark.parametrize("locale", sorted(catalogues()))
def test_every_sentence_is_filled_in_and_no_stop_follows_the_abbreviated_year(locale: str) -> None:
    words = Words(locale)
    month, day = words.month("2026-10"), words.date(date(2026, 10, 31))
    for message in gathered():
        if not message.id or message.pluralizable:
            continue
        names = {name: day if name == "date" else month for name in placeholders(message.id)}
        said = words.say(message.id, **names)
        assert not names or "{" not in said
        assert f"{day}." not in said
    assert catalogue(locale) is catalogue(locale)


def test_templates_say_their_words_as_the_gatherer_finds_them() -> None:
    templates = sorted((ROOT / "retention_helpers").rglob("*.j2"))
    assert templates
    for path in templates:
        assert not re.search(r"\.(say|plural)\(", path.read_text(encoding="utf-8")), f"{path.name}: say(..), plural(..)"
