"""What a person at a terminal, or a log, sees of a command's work."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


def print_rows(rows: Sequence[Mapping[str, str]], *, is_json: bool) -> None:
    """As a table with aligned columns, or as JSON."""
    if is_json:
        print(json.dumps(list(rows), indent=1, ensure_ascii=False))
        return
    if not rows:
        print("Nothing has been published.")
        return
    lines = [list(rows[0]), *([*row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


@contextmanager
def progress() -> Iterator:
    """A bar in a terminal; a plain line per notebook in a log."""
    if not sys.stdout.isatty():
        yield _plain_progress
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()) as bar:
        tasks: dict[str, int] = {}

        def show(notebook: str, cell: int, cells: int) -> None:
            if notebook not in tasks:
                tasks[notebook] = bar.add_task(notebook, total=cells)
            bar.update(tasks[notebook], completed=cell)

        yield show


def _plain_progress(notebook: str, cell: int, cells: int) -> None:
    if cell == 1:
        print(f"{notebook}: {cells} cells", flush=True)
