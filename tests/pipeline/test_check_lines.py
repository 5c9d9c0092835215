"""What a data check found, as lines."""

import pandas as pd

from retention_helpers.pipeline.check_lines import counted_lines, problem_lines

PROBLEMS = pd.DataFrame(
    [
        ("orders", "no_customer", 135_080, "536414 22139 2010-12-01 11:52:00, 536544 11001", "left out"),
        ("orders", "negative_price", 1, "A563186 B", "booked as a refund"),
        ("orders", "header_blanks_or_bom", 0, "' amount'", "read without the blanks"),
        ("customers", "recoded", 3, "", "replaced as the profile says"),
    ],
    columns=["table", "check", "rows", "examples", "done"],
)


def test_a_problem_is_one_line_with_its_examples_below() -> None:
    assert problem_lines(PROBLEMS) == [
        "orders.no_customer  135,080 rows  left out",
        "    for example: 536414 22139 2010-12-01 11:52:00, 536544 11001",
        "orders.negative_price  1 row  booked as a refund",
        "    for example: A563186 B",
        "orders.header_blanks_or_bom  read without the blanks",
        "    for example: ' amount'",
        "customers.recoded  3 rows  replaced as the profile says",
    ]


def test_lines_are_no_wider_than_the_terminal_and_lose_no_word() -> None:
    for width in (30, 40, 80):
        lines = problem_lines(PROBLEMS, width)
        assert max(map(len, lines)) <= width
        assert " ".join(lines).split() == " ".join(problem_lines(PROBLEMS)).split()
        assert [line for line in lines if not line.startswith(" ")] != []
    assert problem_lines(PROBLEMS, 40)[:2] == ["orders.no_customer  135,080 rows  left", "    out"]


def test_no_problem_is_said_too() -> None:
    assert problem_lines(PROBLEMS.head(0)) == ["none found"]


def test_what_stands_in_the_data_cannot_steer_the_terminal() -> None:
    nasty = PROBLEMS.head(1).assign(examples="\x1b[2J\x1b]0;title\x07 one\ntwo\r \u202e three Київ")
    assert problem_lines(nasty)[1] == r"    for example: \x1b[2J\x1b]0;title\x07 one\ntwo\r \u202e three Київ"


def test_who_is_counted_stands_in_columns() -> None:
    counted = pd.DataFrame({"reason": ["counted", "no_customer"], "rows": [395_373, 7], "amount": [8_506_012.15, -0.5]})
    assert counted_lines(counted) == [
        "reason          rows        amount",
        "counted      395,373  8,506,012.15",
        "no_customer        7         -0.50",
    ]
