"""What a person at a terminal, or a log, sees of a command's work."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial


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
def progress(seconds: Mapping[str, float]) -> Iterator:
    """A bar a month and notebook in a terminal, a plain line in a log; ``seconds``: how long each took the last time.

    What it gives takes a title ("2026-10 summary", in a further language "2026-10 summary (ru)"), the number of the
    cell that is running, and how many there are.
    """
    if not sys.stdout.isatty():
        yield partial(_plain_progress, seconds)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[left]}")) as bar:
        tasks: dict[str, int] = {}

        def show(title: str, cell: int, cells: int) -> None:
            # A year of months has more bars than a screen has lines; the lines of those that ended stand above.
            month = title.partition(" ")[0]
            for ended in [other for other in tasks if other.partition(" ")[0] != month]:
                bar.remove_task(tasks.pop(ended))
            if title not in tasks:
                tasks[title] = bar.add_task(title, total=cells, left="")
            bar.update(tasks[title], completed=cell, left=_left(seconds, title, cell, cells))

        yield show


def _plain_progress(seconds: Mapping[str, float], title: str, cell: int, cells: int) -> None:
    if cell == 1:
        print(", ".join(filter(None, (f"{title}: {cells} cells", _left(seconds, title, 0, cells)))), flush=True)


def _left(seconds: Mapping[str, float], title: str, cell: int, cells: int) -> str:
    """What is left of the time that a notebook took before; nothing where it has not run before.

    >>> _left({"summary": 20.0}, "2026-10 summary", 5, 10), _left({}, "2026-10 summary", 5, 10)
    ('about 10 s left', '')
    """
    took = seconds.get(title.split(" ")[1])
    return f"about {took * (1 - cell / cells):.0f} s left" if took else ""
