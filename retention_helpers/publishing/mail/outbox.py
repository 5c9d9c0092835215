"""What was written and what went to whom: reports/_outbox/<profile>/<period>/, outside the published month.

sent.json is one list of entries: to, list, about (the month, or a failure), state, at, run_id. An address that has a
mail is entered before it is served and again after; one that a killed run left in between counts as served, because
nothing is sent twice.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from retention_helpers.errors import MachineError

from .. import versions
from ..manifest import as_json


@dataclass(frozen=True)
class Sent:
    """One mail to one address. ``about`` is what it must not hear of twice."""

    to: str
    list: str
    about: str
    at: str
    run_id: str
    state: Literal["sending", "sent"] = "sent"


@dataclass(frozen=True)
class Outbox:
    """The letters of one month of one profile. Only its owner can read them."""

    reports: Path
    profile: str
    period: str

    @cached_property
    def folder(self) -> Path:
        return self.reports / "_outbox" / versions.check_name(self.profile) / versions.check_name(self.period)

    def write(self, name: str, content: bytes) -> Path:
        """Write a file whole, in place of an older one."""
        path = self.folder / versions.check_name(name)
        with versions.machine_errors(self.reports):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            new = path.with_name(f".{path.name}.new")
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        return path

    def entries(self) -> list[Sent]:
        """All that is known to have gone out; raises `MachineError` when the record cannot be read."""
        path = self.folder / "sent.json"
        try:
            return [Sent(**item) for item in json.loads(path.read_text(encoding="utf-8"))["sent"]]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError, KeyError) as error:
            raise MachineError(
                f"{path} cannot be read, so who has a mail is not known. Repair it, or move it away to send anew."
            ) from error

    def served(self, list_name: str, about: str) -> dict[str, Sent]:
        """Address -> entry of those who have this mail."""
        return {entry.to: entry for entry in self.entries() if (entry.list, entry.about) == (list_name, about)}

    def begin(self, entries: Iterable[Sent]) -> None:
        """Note, before the server is asked, who is about to get a mail."""
        self._keep([*self.entries(), *(replace(entry, state="sending") for entry in entries)])

    def settle(self, entries: Iterable[Sent], delivered: Iterable[str], now: datetime) -> None:
        """Note who got it; the others have no entry and can be tried again."""
        open_ones = {replace(entry, state="sending") for entry in entries}
        at, got = now.isoformat(timespec="seconds"), set(delivered)
        known = self.entries()
        done = [replace(entry, state="sent", at=at) for entry in known if entry in open_ones and entry.to in got]
        self._keep([*(entry for entry in known if entry not in open_ones), *done])

    def _keep(self, entries: list[Sent]) -> None:
        self.write("sent.json", as_json({"sent": [asdict(entry) for entry in entries]}).encode())
