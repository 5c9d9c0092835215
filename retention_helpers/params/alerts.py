"""What is watched every month, how rarely a month without any change may bring an alert, and whom to write to then."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from retention_helpers.errors import ProfileError, did_you_mean

from .audiences import Name
from .files import PARAMS, merged, read_yaml, told
from .tables import Strict
from .targets import HIGHEST


class Alerts(Strict):
    """level: the part of calm months that may bring an alert. watched: key figure -> a list to act on, or ""."""

    level: float = Field(gt=0, le=0.5)
    watched: dict[str, Name | Literal[""]]

    @field_validator("watched")
    @classmethod
    def _key_figures(cls, watched: dict[str, str]) -> dict[str, str]:
        for name in watched:
            if name not in HIGHEST:
                hint = did_you_mean(name, HIGHEST)
                raise ValueError(f'"{name}" is no key figure.{hint} Known: {", ".join(HIGHEST)}')
        return watched


@cache
def house_alerts() -> dict[str, Any]:
    """The content of params/alerts.yaml; raises `ProfileError` where it does not hold by itself."""
    path = PARAMS / "alerts.yaml"
    content = read_yaml(path)
    try:
        Alerts.model_validate(content)
    except ValidationError as error:
        raise ProfileError(told(path, error, lambda _: Alerts.model_fields)) from error
    return content


def over_house(own: object) -> object:
    """A profile's ``alerts`` laid over those of the house: what it names changes, null takes away."""
    return merged(house_alerts(), own) if isinstance(own, Mapping) else own
