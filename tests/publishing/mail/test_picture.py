"""The PNGs of a mail."""

import io

import pytest
from PIL import Image

from retention_helpers.publishing.mail.picture import COLORS, framed, height_at
from tests.publishing.mail.months import png


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_a_picture_gets_a_white_margin_of_twelve_pixels_at_its_size_in_the_mail() -> None:
    made = opened(framed(png(1144)))
    margin = round(1144 * 12 / 576)
    assert made.size == (1144 + 2 * margin, 572 + 2 * margin)
    rgb = made.convert("RGB")
    assert {rgb.getpixel((x, made.height // 2)) for x in range(margin)} == {(255, 255, 255)}
    assert rgb.getpixel((margin + 30, margin + 30)) == (11, 106, 153)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_any_kind_of_png_becomes_one_of_at_most_64_colours_on_white(mode: str) -> None:
    buffer = io.BytesIO()
    Image.effect_noise((80, 40), 90).convert(mode).save(buffer, "PNG")
    made = opened(framed(buffer.getvalue()))
    assert made.mode == "P"
    assert len(made.getcolors()) <= COLORS + 1


def test_what_is_transparent_becomes_white() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 20), (0, 0, 0, 0)).save(buffer, "PNG")
    assert opened(framed(buffer.getvalue())).convert("RGB").getcolors()[0][1] == (255, 255, 255)


def test_equal_pictures_give_equal_bytes() -> None:
    assert framed(png()) == framed(png())


def test_the_height_follows_from_the_width() -> None:
    assert height_at(600, png(440)) == 300
