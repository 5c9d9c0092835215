"""The look is a checked file of colours."""

import re

from retention_helpers.params import look


def test_every_colour_has_a_light_and_a_dark_value() -> None:
    tokens = look().tokens
    assert tokens
    for light, dark in tokens.values():
        assert re.fullmatch(r"#[0-9A-F]{6}", light)
        assert re.fullmatch(r"#[0-9A-F]{6}", dark)
    assert look().light(next(iter(tokens))) == next(iter(tokens.values()))[0]
