"""Reading YAML: safe, bounded, and with an error that names the line."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from retention_helpers.errors import ProfileError, did_you_mean

ROOT = Path(__file__).resolve().parents[2]
PARAMS = ROOT / "params"
NOTEBOOKS = ROOT / "notebooks"
REPORTS = ROOT / "reports"
MAX_BYTES = 256_000
MAX_DEPTH = 12


def cache_folder() -> Path:
    """Where facts are kept between runs: .cache, or the folder that RETENTION_CACHE names."""
    return Path(os.environ.get("RETENTION_CACHE") or ROOT / ".cache")


class _Loader(yaml.SafeLoader):
    """The safe loader without aliases: they let a few lines grow to gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.YAMLError(f"line {event.start_mark.line + 1}: aliases (*name) are not allowed")
        return super().compose_node(parent, index)


def read_yaml(path: Path) -> dict:
    """One YAML mapping; raises `ProfileError` saying where the text stops being one."""
    if not path.is_file():
        raise ProfileError(f"{path}: there is no such file.")
    if path.stat().st_size > MAX_BYTES:
        raise ProfileError(f"{path}: larger than {MAX_BYTES:,} bytes, so it is hardly a file of settings.")
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path}: is not text in UTF-8 ({error.reason} at byte {error.start}).") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: {error.problem}" if mark is not None else str(error)
        raise ProfileError(f"{path}: is no YAML. {where}.") from error
    except RecursionError as error:
        raise ProfileError(f"{path}: nested deeper than {MAX_DEPTH} levels.") from error
    if not isinstance(content, dict):
        raise ProfileError(f"{path}: must be a mapping (key: value lines), found {type(content).__name__}.")
    if _depth(content) > MAX_DEPTH:
        raise ProfileError(f"{path}: nested deeper than {MAX_DEPTH} levels.")
    return content


def merged(house: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A company's settings laid over those of the house: what it names changes, null takes away.

    >>> merged({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "b": {"c": 4}})
    {'b': {'c': 4, 'd': 3}}
    """
    result = dict(house)
    for key, value in own.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(house.get(key), Mapping):
            result[key] = merged(house[key], value)
        else:
            result[key] = value
    return result


Location = tuple[int | str, ...]


def told(
    where: Path | str,
    error: ValidationError,
    known: Callable[[Location], Iterable[str]],
    shown: Callable[[Location], Location] = lambda location: location,
) -> str:
    """The first five faults of some settings, each with its place.

    ``known`` are the settings that a place takes, ``shown`` is the place as the file has it.
    """
    lines = []
    for item in error.errors()[:5]:
        place = ".".join(str(part) for part in shown(item["loc"]))
        before = f"{place}: " if place else ""
        if item["type"] == "extra_forbidden":
            hint = did_you_mean(str(item["loc"][-1]), known(item["loc"]))
            lines.append(f"{before}there is no such setting.{hint}")
        else:
            lines.append(before + item["msg"].removeprefix("Value error, "))
    return f"{where}: " + "; ".join(lines)


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max((_depth(item) for item in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((_depth(item) for item in value), default=0)
    return 0
