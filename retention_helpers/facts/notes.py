"""Notes: small JSON files beside the facts, written whole or not at all, for their owner's eyes."""

import json
import os
from pathlib import Path
from typing import Any


def write_note(path: Path, content: Any) -> None:
    """Put a note in the place of the one before; raises `OSError` and leaves that one where it cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.tmp")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(json.dumps(content, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
