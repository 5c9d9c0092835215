"""What HTML from a notebook may reach a page: an allow-list, for rendered Markdown and for the outputs of cells.

A customer's name, a product or a comment can hold anything. What our figures and great_tables write passes; scripts,
handlers, frames, forms, and every address outside the month do not.
"""

import re

import nh3

_TEXT = (
    "a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 "
    "h5 h6 hr i img ins kbd li mark ol p pre s section small span strong sub summary sup table tbody td tfoot th "
    "thead tr u ul"
)
# html5ever gives SVG its own spelling back: clipPath, not clippath.
_DRAWING = (
    "svg g path defs clipPath rect use text tspan title desc line polyline polygon circle ellipse image pattern "
    "linearGradient radialGradient stop symbol marker"
)
TAGS = frozenset(_TEXT.split()) | frozenset(_DRAWING.split())

_GEOMETRY = (
    "viewBox preserveAspectRatio x y x1 x2 y1 y2 cx cy r rx ry dx dy fx fy d points width height transform offset "
    "version patternUnits patternTransform patternContentUnits gradientUnits gradientTransform spreadMethod "
    "clipPathUnits markerWidth markerHeight markerUnits refX refY orient pathLength textLength lengthAdjust "
    "rotate"
)
_PAINT = (
    "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray stroke-dashoffset "
    "stroke-linecap stroke-linejoin stroke-miterlimit opacity clip-path clip-rule stop-color stop-opacity "
    "font-family font-size font-weight font-style text-anchor dominant-baseline alignment-baseline vector-effect "
    "paint-order shape-rendering marker-start marker-mid marker-end"
)
ATTRIBUTES = {
    "*": set(f"class id style title lang dir role tabindex {_GEOMETRY} {_PAINT}".split()),
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "image": {"href", "xlink:href"},
    "use": {"href", "xlink:href"},
    "th": {"scope", "colspan", "rowspan", "headers", "abbr"},
    "td": {"colspan", "rowspan", "headers"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start", "reversed", "type"},
    "details": {"open"},
}
_LAYOUT = (
    "font color background-color text-align vertical-align white-space width max-width min-width height padding "
    "padding-left padding-right padding-top padding-bottom border border-left border-right border-top border-bottom "
    "border-color border-style border-width font-variant-numeric font-feature-settings letter-spacing line-height "
    "text-decoration text-transform text-indent table-layout border-collapse mix-blend-mode isolation"
)
STYLE = frozenset(f"{_PAINT} {_LAYOUT}".split())
_PAINTED = frozenset({"style", *_PAINT.split()})
# Not even the text inside these is kept.
_DROPPED = {"script", "style", "iframe", "object", "embed", "template", "noscript", "foreignObject", "math", "xmp"}

_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_ANCHOR = re.compile(r"#[\w.:-]+")
# A page or table of the same month, in any language: no scheme, no host, nothing above it.
_NEIGHBOUR = re.compile(r"(?!/)(?:[\w-]+/)*[\w-]+\.(?:html|csv|ipynb)(?:#[\w.:-]+)?")
_OUTSIDE = re.compile(r"url\s*\(\s*(?!#[\w.:-]+\s*\))|image-set|expression|[\\@<]|/\*", re.IGNORECASE)
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)


def sanitize(html: str) -> str:
    """The same HTML with nothing in it that runs, asks for a file, or leaves the month.

    >>> sanitize('<p onclick="x()">Hi <b>you</b><script>x()</script> <a href="https://a.example">there</a></p>')
    '<p>Hi <b>you</b> <a>there</a></p>'
    """
    return nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=_DROPPED,
        attributes=ATTRIBUTES,
        attribute_filter=_allowed_value,
        generic_attribute_prefixes={"aria-", "data-"},
        filter_style_properties=set(STYLE),
        url_schemes={"data"},
        link_rel=None,
    )


def scrolling(html: str, label: str) -> str:
    """Each bare table in a box of its own that scrolls, so that a wide one does not widen the page."""
    if "<table" not in html or 'class="scroll"' in html:
        return html
    box = f'<div class="scroll" tabindex="0" role="region" aria-label="{nh3.clean_text(label)}">'
    return _TABLE.sub(lambda table: f"{box}{table[0]}</div>", html)


def is_local(address: str) -> bool:
    """Whether a link stays on the page or in its month."""
    return bool(_ANCHOR.fullmatch(address) or _NEIGHBOUR.fullmatch(address))


def is_picture(address: str) -> bool:
    """Whether an address is a picture that the page itself carries."""
    return bool(_IMAGE.fullmatch(address))


def leads_outside(value: str) -> bool:
    """Whether a style or a paint asks for something that is not on the page."""
    return bool(_OUTSIDE.search(value))


def _allowed_value(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href" and tag == "use":
        return value if _ANCHOR.fullmatch(value) else None
    if attribute in ("src", "href") and tag in ("img", "image"):
        return value if is_picture(value) else None
    if attribute == "href":
        return value if is_local(value) else None
    if attribute in _PAINTED and leads_outside(value):
        return None
    return value
