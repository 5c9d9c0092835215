"""The typeface of pages and drawings: Inter in two weights, cut down to the scripts that the reports are written in.

The package `fontpkg-inter` carries one variable font of 860 KB. Two static weights with Latin and Cyrillic letters are
made of it once and kept in the cache: as TTF for matplotlib, which reads no variable font, and as WOFF2 for the pages,
which may ask for no file.
"""

import base64
import hashlib
import os
from collections.abc import Callable
from functools import cache, partial
from importlib import metadata, resources
from pathlib import Path

from .files import cache_folder

FAMILY = "Inter"
WEIGHTS = (400, 600)

_PACKAGE = "fontpkg-inter"
_SOURCE = "files/Inter[opsz,wght].ttf"
_OPTICAL_SIZE = 14
# Latin, Cyrillic, dashes and quotes, spaces, currencies, arrows, the signs of our sentences.
_LETTERS = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B), (0x400, 0x45F), (0x490, 0x491), (0x2009, 0x200A), (0x2010, 0x2027),
    (0x202F, 0x203A), (0x20A0, 0x20C0), (0x2116, 0x2116), (0x2122, 0x2122), (0x2190, 0x2199), (0x2202, 0x2265),
    (0x25A0, 0x25CF), (0x2713, 0x2717),
)  # fmt: skip
_RECIPE = 1  # another one makes other files

_STYLES = {400: "Regular", 600: "SemiBold"}


@cache
def faces() -> dict[int, Path]:
    """Weight -> TTF file in the cache; made where they are missing."""
    return {weight: _kept(f"{FAMILY}-{weight}-{_version()}.ttf", partial(_cut, weight)) for weight in WEIGHTS}


@cache
def font_face_css() -> str:
    """The two weights as ``@font-face`` rules that carry their files."""
    rules = []
    for weight, face in faces().items():
        small = _kept(f"{face.stem}.woff2", partial(_compress, face))
        content = base64.b64encode(small.read_bytes()).decode("ascii")
        rules.append(
            f"@font-face{{font-family:{FAMILY};font-weight:{weight};font-display:block;"
            f"src:url(data:font/woff2;base64,{content}) format('woff2')}}"
        )
    return "\n".join(rules)


def _kept(name: str, make: Callable[[Path], None]) -> Path:
    """A file of the cache, made when it is not there."""
    path = cache_folder() / "fonts" / name
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Several kernels may make it at once: each its own, the last one stays, and all are equal.
        beside = path.with_suffix(f".{os.getpid()}.tmp")
        make(beside)
        beside.replace(path)
    return path


@cache
def _version() -> str:
    made_of = f"{metadata.version(_PACKAGE)} {metadata.version('fonttools')} {_LETTERS} {_RECIPE}"
    return hashlib.sha256(made_of.encode()).hexdigest()[:12]


def _cut(weight: int, path: Path) -> None:
    """One static weight with our letters alone; its digits are the tabular ones, as measured so drawn."""
    # Here, not above: needed once on a machine.
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    with resources.as_file(resources.files("fontpkg_inter") / _SOURCE) as source:
        font = TTFont(source, recalcTimestamp=False)
        _use_tabular_digits(font)
        # matplotlib knows no features: without them a page sets a text as wide as the drawing measured it. To cut
        # them down takes twenty times as long as all the rest.
        for table in ("GSUB", "GPOS", "GDEF"):
            del font[table]
        subsetter = Subsetter(Options(recalc_timestamp=False))
        subsetter.populate(unicodes=[code for first, last in _LETTERS for code in range(first, last + 1)])
        subsetter.subset(font)
        font = instantiateVariableFont(font, {"wght": weight, "opsz": _OPTICAL_SIZE})
    for name, text in ((1, FAMILY), (2, _STYLES[weight]), (4, f"{FAMILY} {_STYLES[weight]}"), (16, FAMILY)):
        font["name"].setName(text, name, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    font.save(path)


def _compress(face: Path, path: Path) -> None:
    from fontTools.ttLib import TTFont

    font = TTFont(face, recalcTimestamp=False)
    font.flavor = "woff2"
    font.save(path)


def _use_tabular_digits(font: object) -> None:
    """Give each letter the form that the feature ``tnum`` would."""
    table = font["GSUB"].table
    wanted = {
        index
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "tnum"
        for index in record.Feature.LookupListIndex
    }
    swaps = {}
    for index in sorted(wanted):
        for part in table.LookupList.Lookup[index].SubTable:
            swaps |= getattr(getattr(part, "ExtSubTable", part), "mapping", {})
    for letters in font["cmap"].tables:
        letters.cmap = {code: swaps.get(glyph, glyph) for code, glyph in letters.cmap.items()}
