"""What a finished page must keep to."""

import pytest

from retention_helpers.publishing.inspection import MAX_BYTES, problems_of

GOOD = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'\">"
    '<style>p{{color:red}}</style></head><body><figure id="fig-line"></figure>'
    '<a href="cohorts.html#fig-a">x</a>{}</body></html>'
)


def test_a_good_page_has_no_problem():
    assert problems_of(GOOD.format('<img src="data:image/png;base64,AAAA" alt="">'), ["line"]) == []


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ("<script>1</script>", "it has a <script>"),
        ('<img src="https://a.example/x.png">', "<img> asks for a file"),
        ('<img src="x.png">', "<img> asks for a file"),
        ('<a href="https://a.example">x</a>', "<a> leads outside"),
        ('<p onclick="x()">', "handler onclick"),
        ("<style>p{background:url(x.png)}</style>", "style sheet asks for a file"),
        ("<style>@import 'x.css'</style>", "style sheet asks for a file"),
        ('<p style="background:url(x.png)">', "style that leads outside"),
        ('<link rel="stylesheet" href="x.css">', "it has a <link>"),
        ('<meta http-equiv="refresh" content="0">', 'http-equiv="refresh"'),
        ('<p class="error">ValueError</p>', "it shows an error"),
        ("x" * MAX_BYTES, "bytes, more than"),
    ],
)
def test_each_fault_is_named(part, problem):
    assert any(problem in found for found in problems_of(GOOD.format(part)))


def test_a_page_without_language_or_policy_or_a_promised_figure_has_problems():
    problems = problems_of("<html><body></body></html>", ["line"])
    assert problems == [
        "it does not say its language",
        "its content policy is missing",
        'the figure "line" is not on it',
    ]
