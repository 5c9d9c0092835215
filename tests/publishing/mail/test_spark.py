"""The small line of a key figure."""

import io

import pytest
from PIL import Image

from retention_helpers.params import look
from retention_helpers.publishing.mail.spark import HEIGHT, WIDTH, spark_png


def drawn(series: list, target: float | None = None) -> Image.Image:
    png = spark_png(series, target)
    assert png is not None
    return Image.open(io.BytesIO(png)).convert("RGBA")


def share_drawn(picture: Image.Image) -> float:
    return sum(alpha > 0 for alpha in picture.getchannel("A").tobytes()) / (picture.width * picture.height)


def test_a_line_is_drawn_on_nothing_with_an_accent_at_its_end() -> None:
    picture = drawn([1.0, 3.0, 2.0] * 5)
    assert picture.size == (round(WIDTH * 2.6), round(HEIGHT * 2.6))
    assert picture.getpixel((0, 0))[3] == 0
    assert 0.01 < share_drawn(picture) < 0.5
    end = picture.getpixel((round(145 * 2.6), round((HEIGHT - 5 - 0.5 * (HEIGHT - 10)) * 2.6)))
    accent = tuple(int(look().light("accent")[place : place + 2], 16) for place in (1, 3, 5))
    assert max(abs(a - b) for a, b in zip(end[:3], accent, strict=True)) < 12


def test_a_missing_month_leaves_a_gap() -> None:
    whole, broken = drawn([1.0] * 25), drawn([*[1.0] * 10, None, float("nan"), *[1.0] * 13])
    assert share_drawn(broken) < share_drawn(whole)
    assert broken.getpixel((round((5 + 10.5 * 140 / 24) * 2.6), round(HEIGHT / 2 * 2.6)))[3] == 0


def test_a_target_is_a_dashed_level_where_the_line_comes_near_it() -> None:
    assert spark_png([1.0, 2.0, 3.0], 5.1) == spark_png([1.0, 2.0, 3.0])
    picture = drawn([1.0, 2.0, 3.0], 5.0)
    at = [picture.getpixel((round(x * 2.6), round(5 * 2.6)))[3] > 128 for x in range(5, 145)]
    assert 0.4 < sum(at) / len(at) < 0.75


@pytest.mark.parametrize("series", [[], [1.0], [None, 1.0], [None, None]])
def test_fewer_than_two_months_are_no_line(series: list) -> None:
    assert spark_png(series) is None


def test_it_is_small_and_always_the_same() -> None:
    series = [float(value * 37 % 11) for value in range(25)]
    assert spark_png(series) == spark_png(series)
    assert len(spark_png(series) or b"") < 4_000
