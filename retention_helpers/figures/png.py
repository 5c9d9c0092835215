"""A drawing as a small PNG, for mails: their readers show no SVG."""

import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from .canvas import Canvas
from .theme import DPI

SCALE = 2.6
COLORS = 64


def to_png(canvas: Canvas) -> bytes:
    """The drawing on paper white at 2.6 dots a pixel, in 64 colours; the same drawing gives the same bytes."""
    sheet = canvas.sheet
    sheet.set_dpi(DPI * SCALE)
    drawn = FigureCanvasAgg(sheet)
    drawn.draw()
    picture = Image.fromarray(np.asarray(drawn.buffer_rgba())).convert("RGB")
    small = picture.quantize(COLORS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    # A quantiser averages what is alike; paper must be as white as the mail around it. A pixel's worth of it tells
    # which colour it has become: the top left corner of a drawing is always bare.
    palette = np.asarray(small.getpalette()).reshape(-1, 3)
    palette[small.getpixel((0, 0))] = 255
    small.putpalette(palette.ravel().tolist())
    buffer = io.BytesIO()
    small.save(buffer, "PNG", compress_level=6)  # 9 takes five times as long for a tenth less
    return buffer.getvalue()
