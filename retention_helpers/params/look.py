"""The colours and the type of pages, figures and mails."""

from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from .files import PARAMS, read_yaml

Hex = Annotated[str, StringConstraints(pattern=r"^#[0-9A-F]{6}$")]


class Look(BaseModel):
    """Design tokens: each colour as (light, dark), and the font stack."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tokens: dict[str, tuple[Hex, Hex]]
    font: str

    def light(self, token: str) -> str:
        return self.tokens[token][0]


@cache
def look() -> Look:
    """The look in params/look.yaml."""
    return Look.model_validate(read_yaml(PARAMS / "look.yaml"))
