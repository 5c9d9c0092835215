"""A walk through every wording of every finding, with numbers on both sides of each boundary.

What a new wording needs is said in tests/figures/walk/recorder.py. A module, a text or three sentences that no file of
that folder walks fail here.
"""

import re
from string import Formatter

import pytest

from retention_helpers.figures import Finding
from retention_helpers.figures.kpis import kpi_finding
from retention_helpers.figures.unit import write, write_difference
from retention_helpers.figures.wordings import WORDINGS
from retention_helpers.words import Words
from tests.figures.walk import kpis
from tests.figures.walk.recorder import BOUNDARIES, SIDES, Recorder, modules, texts, trios, walks

WALKS = walks()
ALL_TRIOS = [(module, sentences) for module in modules() for sentences in sorted(trios(module))]
WALKED_TRIOS = [trio for walk in {id(w): w for found in WALKS.values() for w in found}.values() for trio in walk.TRIOS]
CAUSE = re.compile(
    r"\b(because|caus(e|es|ed|ing)|due to|owing to|thanks to|l(ed|eads?) to|dr(ive|ives|iven|ove)|as a result|"
    r"result(s|ed) in|effects?|impacts?|influenc\w+)\b",
    re.IGNORECASE,
)
UNKNOWN_EDGE = re.compile(r"(– to|to –|\(– – | – –\))")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _check(finding: Finding) -> None:
    """What holds for whatever a finding says."""
    said = (finding.headline, finding.sentence, finding.subtitle, finding.caption)
    assert finding.headline
    assert not finding.headline.endswith(".")
    for text in said:
        assert not {"{", "}"} & set(text), text
        assert not re.search(r"\b(nan|None|NaT|<NA>|inf)\b", text), text
        assert "  " not in text, text
        assert not UNKNOWN_EDGE.search(text), f"an interval without ends: {text}"


@pytest.mark.parametrize("module", modules())
def test_every_module_of_findings_is_walked_and_each_of_its_texts_is_said(module):
    assert module in WALKS, f"{module}.py has no file in tests/figures/walk: see recorder.py there"
    words = Recorder()
    for walk in WALKS[module]:
        for say in walk.CASES:
            said = say(words)
            for finding in said if isinstance(said, list) else [said]:
                if isinstance(finding, Finding):
                    _check(finding)
        for trio in walk.TRIOS:
            for low, high in BOUNDARIES:
                _check(trio.make(words, low, high))
    missing = texts(module) - words.said
    assert not missing, f"never said by the cases of {module}: {sorted(missing)}"


@pytest.mark.parametrize(("module", "sentences"), ALL_TRIOS)
def test_the_three_sentences_differ_name_the_same_numbers_and_hold_one(module, sentences):
    assert len(set(sentences)) == len(SIDES)
    assert all(_fields(sentence) for sentence in sentences)
    up, down, _ = map(_fields, sentences)
    assert up == down


@pytest.mark.parametrize("trio", WALKED_TRIOS, ids=lambda trio: trio.name)
def test_the_interval_chooses_the_sentence_on_both_sides_of_each_boundary(trio):
    sides = {text: (sentences, side) for _, sentences in ALL_TRIOS for side, text in zip(SIDES, sentences, strict=True)}
    chosen = set()
    for (low, high), side in BOUNDARIES.items():
        words = Recorder()
        finding = trio.make(words, low, high)
        (text,) = [text for text in words.said if text in sides and _is_headline(text, finding)]
        sentences, found = sides[text]
        assert found == side, f"{low} to {high} is called {found}: {finding.headline}"
        chosen.add(sentences)
    assert len(chosen) == 1


def _is_headline(text: str, finding: Finding) -> bool:
    pieces = [re.escape(piece) + (".*" if name is not None else "") for piece, name, _, _ in Formatter().parse(text)]
    return re.fullmatch("".join(pieces), finding.headline) is not None


@pytest.mark.parametrize("module", modules())
def test_all_three_sentences_of_a_module_are_walked(module):
    known = trios(module)
    walked = set()
    for walk in WALKS.get(module, []):
        for trio in walk.TRIOS:
            words = Recorder()
            trio.make(words, 0.1, 0.2)
            walked |= {sentences for sentences in known if sentences[0] in words.said}
    assert walked == known, f"add a Trio for: {sorted(known - walked)}"


@pytest.mark.parametrize("module", modules())
def test_no_wording_names_a_cause_that_its_design_has_not_earned(module):
    earned = [walk.EARNED for walk in WALKS.get(module, []) if hasattr(walk, "EARNED")]
    named = {text for text in texts(module) if CAUSE.search(text)}
    assert earned or not named, f"words of cause: {sorted(named)}"


@pytest.mark.parametrize("kpi", WORDINGS)
def test_the_sentence_of_a_kpi_holds_its_value_both_comparisons_and_all_three_intervals(kpi):
    words, wording = Words("en", "EUR"), WORDINGS[kpi]
    rows = kpis.month(kpi, 0.01, 0.09)
    sentence = kpi_finding(rows, kpi, words, period=kpis.PERIOD).sentence
    for month, columns in {
        "October 2026": ("value", "low", "high"),
        "September 2026": ("previous",),
        "October 2025": ("last_year",),
    }.items():
        assert month in sentence
        assert all(write(rows[name].iloc[0], wording.unit, words, wording.digits) in sentence for name in columns)
    for name in ("change", "change_low", "change_high", "last_year_change"):
        assert write_difference(rows[name].iloc[0], wording.unit, words) in sentence
    assert sentence.count("95% interval") == 3


def test_a_boundary_stands_on_each_side_of_zero_and_on_it():
    known = [(low, high) for low, high in BOUNDARIES if low == low and high == high]
    assert set(BOUNDARIES.values()) == set(SIDES)
    assert all((BOUNDARIES[low, high] == "flat") == (low <= 0 <= high) for low, high in known)
