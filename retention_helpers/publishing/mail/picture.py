"""A figure's PNG with a quiet margin: a white chart must sit well on the dark card of a mail read at night."""

import io

from PIL import Image

MARGIN, WIDTH = 12, 600  # in CSS pixels, the margin within the width
COLORS = 64
_WHITE = (255, 255, 255)


def framed(png: bytes) -> bytes:
    """The picture on white with a margin on each side, in at most 64 colours; equal pictures give equal bytes."""
    picture = Image.open(io.BytesIO(png), formats=["PNG"])
    if picture.mode != "P" or "transparency" in picture.info or _white(picture) is None:
        whole = Image.alpha_composite(Image.new("RGBA", picture.size, (*_WHITE, 255)), picture.convert("RGBA"))
        picture = whole.convert("RGB").quantize(COLORS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    margin = round(picture.width * MARGIN / (WIDTH - 2 * MARGIN))
    size = (picture.width + 2 * margin, picture.height + 2 * margin)
    white = _white(picture)
    sheet = Image.new("P", size, 0 if white is None else white)
    sheet.putpalette(picture.getpalette())
    sheet.paste(picture, (margin, margin))
    return to_png(sheet)


def to_png(picture: Image.Image) -> bytes:
    """The bytes of a picture, without a time or a name in them."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def height_at(width: int, png: bytes) -> int:
    """How high the picture is when it is shown so wide: mail programs keep the room before they show it."""
    size = Image.open(io.BytesIO(png)).size
    return round(width * size[1] / size[0])


def _white(picture: Image.Image) -> int | None:
    palette = picture.getpalette() or []
    colours = list(zip(*[iter(palette)] * 3, strict=False))
    return colours.index(_WHITE) if _WHITE in colours else None
