"""How honest is the effect of the loyalty programme? Simulated shops whose truth is known, asked like real ones.

    python -m docs.make_impact_validation [--minutes 40] [--processes 2] [--page-only]

Writes docs/impact-validation.md. Answers are appended to a file under .cache, named after what the code says to a few
shops, so that a run which was stopped goes on where it was; the page is made of whatever is there and says how much.
"""

import argparse
import hashlib
import json
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path

from docs.impact_page import page
from docs.impact_runs import Cell, cells, run
from retention_helpers.params.files import ROOT

PAGE = ROOT / "docs" / "impact-validation.md"
STORE = ROOT / ".cache" / "impact-validation"
# Small shops whose answers are the mark of the code: a change that changes them starts anew.
MARKS = (
    Cell("hot", 1_500, 0.15, 1),
    Cell("bg_nbd", 1_500, 0.0, 1),
    Cell("promotion", 5_000, 0.15, 1),
    Cell("random", 5_000, -0.10, 1_003),
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="of processor time, all processes together")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--page-only", action="store_true", help="ask nothing more, write the page of what is there")
    options = parser.parse_args(arguments)
    store = STORE / f"{fingerprint()}.jsonl"
    if not options.page_only:
        ask(store, seconds=60 * options.minutes, processes=options.processes)
    PAGE.write_text(page(read(store)), encoding="utf-8")
    return 0


def fingerprint() -> str:
    """Of what the code answers to a few shops, to six digits."""
    told = json.dumps([run(cell) for cell in MARKS])
    rounded = re.sub(r"-?\d+\.\d+(e-?\d+)?", lambda found: f"{float(found[0]):.6g}", told)
    return hashlib.sha256(rounded.encode()).hexdigest()[:16]


def ask(store: Path, *, seconds: float, processes: int) -> None:
    """Every cell that is not answered yet, until so much processor time is spent."""
    store.parent.mkdir(parents=True, exist_ok=True)
    answered = {(row["world"], row["customers"], row["effect"], row["seed"]) for row in read(store)}
    waiting = (one for one in cells() if (one.world, one.customers, one.effect, one.seed) not in answered)
    with ProcessPoolExecutor(processes) as pool, store.open("a", encoding="utf-8") as file:
        spent = sum(row["cpu_seconds"] for row in _done(pool, waiting, seconds, processes, file))
    print(f"{spent / 60:.1f} minutes of processor time spent")


def _done(pool: ProcessPoolExecutor, waiting: Iterator[Cell], seconds: float, at_once: int, file) -> Iterator[dict]:
    running, spent = set(), 0.0
    while True:
        while len(running) < 2 * at_once and spent < seconds and (cell := next(waiting, None)):
            running.add(pool.submit(timed, cell))
        if not running:
            return
        ready, running = wait(running, return_when=FIRST_COMPLETED)
        for one in ready:
            row = one.result()
            spent += row["cpu_seconds"]
            file.write(json.dumps(row) + "\n")
            file.flush()
            yield row


def timed(cell: Cell) -> dict:
    """The answers to a cell, and what they took."""
    begin = time.process_time()
    return run(cell) | {"cpu_seconds": time.process_time() - begin}


def read(store: Path) -> list[dict]:
    """What was answered of today's cells; a line that a stop broke off does not count."""
    rows, asked = [], set(cells())
    for line in store.read_text(encoding="utf-8").splitlines() if store.exists() else ():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        if Cell(row["world"], row["customers"], row["effect"], row["seed"]) in asked:
            rows.append(row)
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
