"""Where in a text a person is meant, and where a number only looks alike."""

import pytest

from retention_helpers.publishing.person import Person

NAMED = "forgotten-1"


def person(*ids: str, addresses: tuple[str, ...] = ()) -> Person:
    return Person(dict.fromkeys(ids, NAMED), frozenset(addresses))


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("17850 left", f"{NAMED} left"),
        ("(17850)", f"({NAMED})"),
        ('"17850"', f'"{NAMED}"'),
        ("17,850 left", "17,850 left"),
        ("€17850.50", "€17850.50"),
        ("117850 or 178501", "117850 or 178501"),
        ("a17850", "a17850"),
        ("iVBOR+17850/a==", "iVBOR+17850/a=="),
        ("17850.", f"{NAMED}."),
    ],
)
def test_a_number_is_the_persons_where_it_stands_alone(text: str, after: str) -> None:
    assert person("17850").without(text) == after


@pytest.mark.parametrize("one", ["12", "1785", "c1", "K1785"])
def test_a_short_id_is_not_looked_for_in_running_text(one: str) -> None:
    assert person(one).without(f"{one} of them") == f"{one} of them"


def test_a_short_id_is_found_in_cells_of_text_and_never_in_cells_of_numbers() -> None:
    page = (
        '<td headers="t-c0" class="gt_row gt_left">12</td><td headers="t-c1" class="gt_row gt_right">12</td>'
        '<td headers="t-c2" class="gt_row gt_left">12 days</td>'
    )
    after, places = person("12").cells(page)
    assert after == page.replace('gt_left">12</td>', f'gt_left">{NAMED}</td>')
    assert places == {0}
    assert person("12").is_in(page)
    assert not person("13").is_in(page)


def test_a_short_id_is_found_on_a_line_of_its_own_as_letters_to_managers_have_it() -> None:
    assert person("12").is_in("at risk: 2 customers\n 12\n13\n")
    assert not person("12").is_in("at risk: 12 customers\n13\n")


@pytest.mark.parametrize("text", ["Ann.Lee@shop.example", "ann.lee@shop.example", "<p>ANN.LEE@SHOP.EXAMPLE</p>"])
def test_an_address_is_found_however_it_is_written(text: str) -> None:
    assert "…" in person("1", addresses=("ann.lee@shop.example",)).without(text)
    assert "joann.lee@shop.example" in person("1", addresses=("ann.lee@shop.example",)).without(
        "joann.lee@shop.example"
    )


def test_ids_that_differ_in_their_letters_are_different_persons() -> None:
    assert person("Kunde7").without("KUNDE7 and Kunde7") == f"KUNDE7 and {NAMED}"


def test_what_a_page_writes_otherwise_is_found_too() -> None:
    assert (
        person("O'Neil & <b>").without("by O&#x27;Neil &amp; &lt;b&gt; and O'Neil & <b>") == f"by {NAMED} and {NAMED}"
    )
    after, _ = person("=cmd|x").cells("<td>'=cmd|x</td>")
    assert after == f"<td>{NAMED}</td>"


def test_an_id_is_no_pattern() -> None:
    assert person("a.c(d+*").without("abcdd and a.c(d+*") == f"abcdd and {NAMED}"


@pytest.mark.parametrize(
    ("title", "cell", "is_theirs"),
    [
        ("customer_id", "Champions", True),
        ("customer_id", "&#39;Champions", True),
        ("Segment", "Champions", False),
        ("customer_id", "Champions who left", False),
    ],
)
def test_a_word_is_an_id_in_a_column_of_customers_alone(title: str, cell: str, is_theirs: bool) -> None:
    page = f'<th class="x" id="t-c0">{title}</th><td headers="t-c0" class="gt_left">{cell}</td><p>Champions</p>'
    assert person("Champions").stands_in(page) == is_theirs
