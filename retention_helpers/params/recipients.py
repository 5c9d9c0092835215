"""Who gets which mail: lists by role, the list that hears of failures, and the managers of customers."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from retention_helpers.errors import ProfileError

from .files import read_yaml, told
from .tables import Strict

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
_FIELD = re.compile(r"\{([^{}]*)\}")
_SUBJECT_FIELDS = ("company", "month")


def is_address(text: str) -> bool:
    """Whether a text is one plain mail address: nothing before it, nothing behind it, no line end in it."""
    return len(text) <= 254 and bool(_ADDRESS.fullmatch(text)) and ".." not in text


def _known_place(text: str) -> str:
    if not is_address(text) and not _VARIABLE.fullmatch(text):
        raise ValueError(f'"{text}" is no mail address and no ${{VARIABLE}}')
    return text


def _fillable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("a subject is one line of printable text")
    for name in _FIELD.findall(text):
        if name not in _SUBJECT_FIELDS:
            raise ValueError(f"{{{name}}} is not known in a subject; use {{month}} and {{company}}")
    if set(_FIELD.sub("", text)) & set("{}"):
        raise ValueError("a brace in a subject must enclose month or company")
    return text


Place = Annotated[str, AfterValidator(_known_place)]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=150), AfterValidator(_fillable)]
ListName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
ManagerName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
NotebookName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,60}$")]


@dataclass(frozen=True)
class Resolved:
    """The addresses of a list, each once, and the environment's variables that should name more but are not set."""

    addresses: tuple[str, ...]
    unset: tuple[str, ...]


class Addressees(Strict):
    """Some people and their language."""

    to: list[Place]
    language: Literal["en", "ru", "uk"] | None = None
    subject: Subject | None = None

    def resolve(self, environment: Mapping[str, str] = os.environ) -> Resolved:
        """Fill in the environment's variables; raises `ProfileError` where one holds anything but addresses."""
        found: dict[str, None] = {}
        unset = []
        for place in self.to:
            variable = _VARIABLE.fullmatch(place)
            if variable is None:
                found[place] = None
            elif not environment.get(variable[1], "").strip(" ,"):
                unset.append(variable[1])
            else:
                found |= dict.fromkeys(_addresses(variable[1], environment[variable[1]]))
        return Resolved(tuple(found), tuple(unset))


class MailList(Addressees):
    """One role: what its mail is about, and what comes with it."""

    notebooks: list[NotebookName] | Literal["all"] = "all"
    attach: Literal["none", "pdf", "html"] = "pdf"


class Recipients(Strict):
    """Everybody who gets mail about a company."""

    lists: dict[ListName, MailList]
    failures: Addressees | None = None
    managers: dict[ManagerName, Addressees] = Field(default_factory=dict)


def load_recipients(path: Path) -> Recipients:
    """Read the file of recipients; raises `ProfileError` naming the place in it and what is expected there."""
    content = read_yaml(path)
    try:
        return Recipients.model_validate(content)
    except ValidationError as error:
        raise ProfileError(told(path, error, _known_keys)) from error


def _addresses(variable: str, text: str) -> list[str]:
    addresses = [part.strip(" ") for part in text.split(",") if part.strip(" ")]
    wrong = [address for address in addresses if not is_address(address)]
    if wrong:
        raise ProfileError(f"{variable}: {wrong[0]!r} is no mail address. Give name@domain, several with commas.")
    return addresses


def _known_keys(place: tuple[int | str, ...]) -> list[str]:
    return list(MailList.model_fields if place[0] == "lists" else Recipients.model_fields)
