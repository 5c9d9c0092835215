"""How much processor time does the pipeline take beside the cells that it runs, in one run?

    python -m docs.make_pipeline_bench [--months 12]

The last months of the sample company, all notebooks: the cells alone (in a process that has the imports behind it),
a shell loop over the commands of papermill and nbconvert, one process over their interfaces, our run with cold kernels,
with warm ones, once more with nothing changed, and with two workers. Every way is a process of its own; its CPU seconds
hold those of all its children. Other ways than ours are measured a month at a time and stand with their median month.
Nothing is written but a folder that is thrown away.
"""

import argparse
import signal
import statistics
import sys
import tempfile
from pathlib import Path

from docs.spent import spent
from retention_helpers.params import NOTEBOOKS
from retention_helpers.periods import Period

NAMES = sorted(path.stem for path in NOTEBOOKS.glob("[!_]*.ipynb"))
RUN = (sys.executable, "-m", "retention_helpers", "run", "--profile", "sample")
CELLS = """
import os, sys
sys.argv = ["-"]
from retention_helpers.publishing.fork_server import PACKAGES
import importlib
for package in PACKAGES:
    importlib.import_module(package)
import time, nbformat
from IPython.core.interactiveshell import InteractiveShell
read, write = os.pipe()
for name in {names}:
    for period in {periods}:
        if os.fork() == 0:
            os.chdir({folder!r})
            sys.stdout = open(os.devnull, "w")
            shell = InteractiveShell.instance()
            cells = [c.source for c in nbformat.read(name + ".ipynb", 4).cells if c.cell_type == "code"]
            begin = time.process_time()
            for number, source in enumerate(cells):
                done = shell.run_cell(source + ("\\nperiod = " + repr(period) if number == 0 else ""), silent=True)
                done.raise_error()
            os.write(write, (repr(time.process_time() - begin) + "\\n").encode())
            os._exit(0)
        assert os.wait()[1] == 0, (name, period)
os.close(write)
print(sum(map(float, os.fdopen(read).read().split())))
"""
LOOP = """
set -e
for period in {month}; do for name in {row}; do
  {bin}/papermill $name.ipynb {out}/$name-$period.ipynb -p period $period --no-progress-bar >/dev/null 2>&1
  {bin}/jupyter nbconvert --to html {out}/$name-$period.ipynb >/dev/null 2>&1
done; done
"""
ONE_PROCESS = """
import os
import papermill
from nbconvert import HTMLExporter
for period in {periods}:
    for name in {names}:
        path = f"{out}/{{name}}-{{period}}.ipynb"
        papermill.execute_notebook(f"{{name}}.ipynb", path, parameters={{"period": period}}, progress_bar=False)
        page, _ = HTMLExporter().from_filename(path)
        open(path + ".html", "w").write(page)
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--months", type=int, default=12)
    months = parser.parse_args(arguments).months
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        base = Path(folder)
        first = spent(*RUN, "--reports", str(base / "first"), "--notebooks", "summary")
        last = Period.parse(Path(first.out.split()[-1]).parent.name)
        periods = [(last - back).label for back in reversed(range(months))]
        for line in table(base, periods):
            print(line, flush=True)
    return 0


def table(base: Path, periods: list[str]):
    """One line a way, each as soon as it is known; the two that are held against each other by the clock come first."""
    reports = len(periods) * len(NAMES)
    row = ("--from", periods[0], "--to", periods[-1])
    yield f"{len(periods)} months x {len(NAMES)} notebooks = {reports} reports; CPU seconds, in all and a report"
    one = ("--workers", "1")
    warm = spent(*RUN, "--reports", str(base / "warm"), *row, *one)
    yield said("ours, warm kernels, one worker", warm.cpu, reports)
    two = spent(*RUN, "--reports", str(base / "two"), *row, "--workers", "2")
    faster = f"; {warm.wall / two.wall:.2f} x faster by the clock ({warm.wall:.0f} and {two.wall:.0f} s)"
    yield said("ours, warm kernels, two workers", two.cpu, reports, faster)
    again = spent(*RUN, "--reports", str(base / "warm"), *row, *one)
    yield said("ours, once more, nothing changed", again.cpu, reports, f"; {again.cpu / warm.cpu:.1%} of the run")
    single = spent(*RUN, "--reports", str(base / "single"), "--period", periods[-1], *one)
    pure = by_month(periods, lambda words: float(spent(sys.executable, "-c", CELLS.format(**words)).out), base)
    yield said("the cells alone", pure, reports)
    if len(periods) > 1:
        more = (warm.cpu - single.cpu) / (reports - len(NAMES))
        start = single.cpu - more * len(NAMES)
        times = more * reports / pure
        yield f"  each further report of ours {more:.2f}, {times:.2f} x its cells; a run's start {start:.1f}"
    cold = spent(*RUN, "--reports", str(base / "cold"), *row, *one, "--cold")
    yield said("ours, cold kernels, one worker", cold.cpu, reports, f"; {cold.cpu / pure:.2f} x the cells")
    yield said("ours, warm kernels, one worker", warm.cpu, reports, f"; {warm.cpu / pure:.2f} x the cells")
    process = by_month(
        periods, lambda words: spent(sys.executable, "-c", ONE_PROCESS.format(**words), cwd=NOTEBOOKS).cpu, base
    )
    yield said("one process over the interfaces", process, reports, f"; {process / warm.cpu:.1f} x ours")
    loop = by_month(periods, lambda words: spent("bash", "-c", LOOP.format(**words), cwd=NOTEBOOKS).cpu, base)
    yield said("shell loop of papermill and nbconvert", loop, reports, f"; {loop / warm.cpu:.1f} x ours")


def said(name: str, cpu: float, reports: int, more: str = "") -> str:
    """A line of the table."""
    return f"{name:<40}{cpu:9.1f}{cpu / reports:8.2f}{more}"


def by_month(periods: list[str], measured, base: Path) -> float:
    """CPU seconds of all months: a month at a time, the median month times their number."""
    words = {"folder": str(NOTEBOOKS), "out": str(base), "bin": Path(sys.executable).parent}
    seconds = [measured(words | {"names": NAMES, "periods": [period]} | shell_words(period)) for period in periods]
    return statistics.median(seconds) * len(periods)


def shell_words(period: str) -> dict[str, str]:
    """A month and the notebooks as bash reads a list."""
    return {"month": period, "row": " ".join(NAMES)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
