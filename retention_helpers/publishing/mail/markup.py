"""The HTML of a mail: a Jinja template with every value escaped, its style sheet inlined into the tags."""

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from retention_helpers.params import look

from ..style import TEMPLATES

_LIGHT, _DARK = 0, 1


def html_of(template: str, **values: Any) -> str:
    """One mail as HTML. Media queries stay a style sheet; all other rules become attributes of the tags."""
    text = _environment().get_template(f"mail/{template}.html.j2").render(css=_css(), media=_media(), **values)
    return _inliner().inline(text.strip()) + "\n"


def _css() -> str:
    return _sheet("mail.css", _LIGHT)


def _media() -> str:
    return _sheet("media.css", _DARK)


@cache
def _sheet(name: str, mode: int) -> str:
    tokens = look()
    # Quotes would end the style attribute that a rule is inlined into; names of fonts do without.
    rules = (TEMPLATES / "mail" / name).read_text(encoding="utf-8").partition("*/\n")[2]
    rules = rules.replace("{font}", tokens.font.replace("'", ""))
    for token, colours in tokens.tokens.items():
        rules = rules.replace(f"{{{token}}}", colours[mode])
    return rules


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _inliner() -> Any:
    # Here, not above: only a mail needs it.
    import css_inline

    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False, minify_css=True)
