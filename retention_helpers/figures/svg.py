"""A drawing as inline SVG: real text, token variables for colours, nothing that reaches outside itself."""

import io
import math
import re
from xml.etree import ElementTree

from matplotlib.backends.backend_svg import FigureCanvasSVG

from .canvas import Canvas
from .markup import escape
from .theme import light, variables

_SPACE = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_DECIMALS = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_HEX = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_COMMAND = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_NO_TURN = re.compile(r"rotate\(-?0(?: [^)]*)?\)")
_MANY = 4  # paths of a group from which their common style is said once
_TYPE = 12  # px, unless a text says otherwise
_DROPPED_STYLES = ("font-family", "stroke-dashoffset")


def to_svg(canvas: Canvas, key: str, title: str, description: str) -> str:
    """The drawing as one ``<svg>`` element.

    ``key`` is ``<figure>-<wide|narrow>``: it prefixes every id (a page holds many drawings) and its last part is the
    CSS class. Light hexes become ``var(--token)``, the type is the page's ``var(--font)``, numbers have two decimals.
    """
    root = ElementTree.fromstring(_print(canvas))
    used = _used_ids(root)
    body = "".join(_write(child, key, used) for child in root if not _is_noise(child))
    layout = key.rsplit("-", 1)[-1]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {layout}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" viewBox="0 0 {_short(canvas.width)} {_short(canvas.height)}" '
        f'style="width:100%;max-width:{_short(canvas.width)}px;height:auto;font-family:var(--font);font-size:{_TYPE}px;'
        f'stroke-linejoin:round;font-variant-numeric:tabular-nums">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(description)}</desc>{body}</svg>'
    )


def _print(canvas: Canvas) -> str:
    buffer = io.StringIO()
    canvas.sheet.patch.set_visible(False)  # the card's own background shows through
    FigureCanvasSVG(canvas.sheet).print_svg(
        buffer, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
    )
    canvas.sheet.patch.set_visible(True)
    return buffer.getvalue()


def _is_noise(element: ElementTree.Element) -> bool:
    """Metadata, matplotlib's style sheet, whose ``*`` selector would rule the whole page, and cells without a value."""
    tag = element.tag.removeprefix(_SPACE)
    if tag == "path":
        return "fill: none" in element.get("style", "") and f"stroke: {light('bg').lower()}" in element.get("style", "")
    return tag in ("metadata", "style") or (tag in ("defs", "g") and all(_is_noise(child) for child in element))


def _used_ids(root: ElementTree.Element) -> set[str]:
    used = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            used.update(_REFERENCE.findall(value))
            if name == _LINK:
                used.add(value.removeprefix("#"))
    return used


def _write(element: ElementTree.Element, key: str, used: set[str]) -> str:
    tag = element.tag.removeprefix(_SPACE)
    kept = [child for child in element if not _is_noise(child)]
    if tag == "g":
        _share_styles(element, kept)
    children = "".join(_write(child, key, used) for child in kept)
    attributes = _attributes(element, key, used)
    circle = _circle(element.get("d", "")) if tag == "path" else None
    if circle:
        tag, attributes = "circle", {**circle, **{name: value for name, value in attributes.items() if name != "d"}}
    if tag == "g" and not attributes:
        return children
    inner = escape(element.text or "") if tag == "text" else children
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{written}>{inner}</{tag}>" if inner else f"<{tag}{written}/>"


def _share_styles(group: ElementTree.Element, paths: list[ElementTree.Element]) -> None:
    """Say once, on the group, what all of its many paths (the cells of a grid) say: a third of a grid's bytes."""
    if len(paths) < _MANY or any(child.tag != f"{_SPACE}path" for child in paths):
        return
    styles = [child.get("style", "").split(";") for child in paths]
    common = [declaration for declaration in styles[0] if all(declaration in style for style in styles)]
    for child in paths:
        own = [declaration for declaration in child.get("style", "").split(";") if declaration not in common]
        child.set("style", ";".join(own))
    group.set("style", ";".join(filter(None, [group.get("style"), *common])))


def _attributes(element: ElementTree.Element, key: str, used: set[str]) -> dict[str, str]:
    kept = {}
    for name, value in element.attrib.items():
        if name == "id":
            if value in used:
                kept["id"] = f"{key}-{value}"
        elif name == _LINK:
            kept["href"] = f"#{key}-{value.removeprefix('#')}"
        elif name == "style":
            kept["style"] = _style(value)
        elif name == "transform":
            turn = _NO_TURN.sub("", value).strip()
            if turn:
                kept["transform"] = _rounded(turn)
        elif name == "d":
            kept["d"] = _compact(value)
        else:
            kept[name] = _REFERENCE.sub(rf"url(#{key}-\1)", _rounded(" ".join(value.split())))
    return {name: value for name, value in kept.items() if value}


def _style(style: str) -> str:
    """The declarations that matter, with variables for colours."""
    tokens = variables()
    kept = []
    for declaration in style.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if not name or name in _DROPPED_STYLES:
            continue
        if (name, value) == ("font-size", f"{_TYPE}px"):
            continue
        value = _HEX.sub(lambda found: tokens.get(found[0].lower(), found[0]), value)
        kept.append(f"{name}:{_rounded(value)}")
    return ";".join(kept)


def _circle(path: str) -> dict[str, str] | None:
    """Centre and radius of the path that matplotlib makes of a circle, eight curves; nothing of any other path."""
    if path.count("C") != 8 or not path.rstrip().endswith("z"):
        return None
    numbers = [float(number) for number in _NUMBER.findall(path)]
    around = [numbers[:2], *(numbers[at : at + 2] for at in range(6, len(numbers), 6))]
    x, y = ((around[0][axis] + around[4][axis]) / 2 for axis in (0, 1))
    radii = [math.hypot(place[0] - x, place[1] - y) for place in around]
    if max(radii) - min(radii) > 0.01:
        return None
    return {"cx": _short(x), "cy": _short(y), "r": _short(radii[0])}


def _rounded(text: str) -> str:
    return _DECIMALS.sub(lambda found: _short(float(found[0])), text)


def _compact(path: str) -> str:
    """A path in fewer bytes: H and V for straight pieces, no needless blanks.

    >>> _compact("M 1 2 L 5 2 L 5 4.123 z")
    'M1 2H5V4.12z'
    """
    written, at = [], ("", "")
    for letter, numbers in _COMMAND.findall(_rounded(path)):
        values = numbers.split()
        if letter == "L" and values[1] == at[1]:
            written.append(f"H{values[0]}")
        elif letter == "L" and values[0] == at[0]:
            written.append(f"V{values[1]}")
        else:
            written.append(letter + " ".join(values))
        at = (values[-2], values[-1]) if values else ("", "")
    return "".join(written)


def _short(number: float) -> str:
    """Two decimals at most: a hundredth of a pixel is plenty.

    >>> _short(12.3456), _short(-0.001), _short(3.0)
    ('12.35', '0', '3')
    """
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
