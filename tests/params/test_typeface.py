"""The typeface is cut the same way on every machine, has the letters of our languages, and digits of one width."""

import pytest
from fontTools.ttLib import TTFont

from retention_helpers.params import faces, font_face_css, typeface

LETTERS = "Customers Їжак ґедзь Ёлка № €₴₽£$ 0123456789 ▲▼≈−±×–—…«»„“” \u202f\u00a0"


def test_both_weights_have_every_letter_of_our_languages():
    for path in faces().values():
        with TTFont(path) as font:
            missing = {letter for letter in LETTERS if ord(letter) not in font.getBestCmap()}
        assert missing == set()


def test_digits_are_equally_wide_so_that_columns_of_numbers_stand_under_each_other():
    for path in faces().values():
        with TTFont(path) as font:
            widths = {font["hmtx"][font.getBestCmap()[ord(digit)]][0] for digit in "0123456789"}
        assert len(widths) == 1


def test_it_weighs_what_a_page_can_carry():
    assert len(font_face_css()) < 60_000


@pytest.mark.slow
def test_it_is_cut_the_same_way_every_time(tmp_path):
    for weight, path in faces().items():
        again = tmp_path / path.name
        typeface._cut(weight, again)
        assert again.read_bytes() == path.read_bytes()
