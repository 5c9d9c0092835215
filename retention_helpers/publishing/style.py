"""The style sheet of pages and indexes: typeface, the tokens of params/look.yaml as CSS variables, a file of rules."""

from functools import cache
from pathlib import Path

from retention_helpers.params import Look, font_face_css, look

TEMPLATES = Path(__file__).parent / "templates"


@cache
def stylesheet() -> str:
    """The whole style of a page: light, dark, and light again on paper."""
    return f"{font_face_css()}\n{variables(look())}\n{(TEMPLATES / 'style.css').read_text(encoding='utf-8')}"


def variables(tokens: Look) -> str:
    """The colours as CSS variables, so that text and drawings follow the reader's light or dark mode."""
    light, dark = (";".join(f"--{name}:{colours[mode]}" for name, colours in tokens.tokens.items()) for mode in (0, 1))
    return (
        f":root{{color-scheme:light dark;--font:{tokens.font};{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    )
