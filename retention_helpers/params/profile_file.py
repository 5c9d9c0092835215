"""A profile's YAML file: where it is, and what is wrong in it."""

import re
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from retention_helpers.errors import ProfileError, did_you_mean

from .alerts import Alerts
from .audiences import known_keys as known_in_audiences
from .files import PARAMS, read_yaml, told
from .profile import OrderRules, Profile
from .tables import Keep, Mapping, Source

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")


def load_profile(name_or_path: str) -> Profile:
    """Read a profile by its name in params/profiles, or by the path of a YAML file.

    Raises `ProfileError` naming the file, the place in it, and what is expected there.
    """
    path = _find(name_or_path)
    content = read_yaml(path)
    name = path.stem
    if not _NAME.match(name):
        raise ProfileError(f"{path}: the file's name becomes a folder; use letters, digits, - and _ only.")
    try:
        return Profile.model_validate({**content, "name": name, "folder": path.resolve().parent})
    except ValidationError as error:
        raise ProfileError(told(path, error, _known_keys, partial(_shown, content))) from error


def _find(name_or_path: str) -> Path:
    if name_or_path.endswith((".yaml", ".yml")) or "/" in name_or_path:
        return Path(name_or_path)
    folder = PARAMS / "profiles"
    path = folder / f"{name_or_path}.yaml"
    if not path.is_file():
        known = sorted(file.stem for file in folder.glob("*.yaml"))
        raise ProfileError(
            f'there is no profile "{name_or_path}".{did_you_mean(name_or_path, known)} '
            f"Known: {', '.join(known)}. Or give the path of a YAML file."
        )
    return path


def _shown(content: dict[str, Any], location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The place of a setting as the file has it: a table's only source bears no number there."""
    short = _without_number(location)
    is_list = short != location and isinstance(content["tables"].get(location[1]), list)
    return location if is_list else short


def _without_number(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    return (*location[:2], *location[3:]) if location[:1] == ("tables",) else location


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = Profile
    location = _without_number(location)
    if location[0] == "alerts" and len(location) > 1:
        return list(Alerts.model_fields)
    if location[0] == "audiences" and len(location) > 1:
        return known_in_audiences(location[1:])
    if location[:1] == ("orders",):
        model = OrderRules
    elif location[:1] == ("tables",) and len(location) == 3:
        model = Source
    elif location[:1] == ("tables",) and "keep" in location:
        model = Keep
    elif location[:1] == ("tables",):
        model = Mapping
    return list(model.model_fields)
