"""Running one notebook, and judging for ourselves whether it succeeded.

papermill's own account is not enough: it calls cells completed that never ran, and takes `sys.exit(0)` for success.
"""

import copy
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat

from retention_helpers.errors import MachineError, NotebookError
from retention_helpers.scratch import scratch_folder

from . import audiences, pin
from .judgement import fault_of, told
from .notebook import own_code_cells, read, record_of, tags

# Tells how far a notebook is: its name, the code cell now running (from 1), how many there are.
Progress = Callable[[str, int, int], None]

# What must be in a kernel's environment before it imports anything.
KERNEL_ENVIRONMENT = {
    # The order of a set must not differ between two runs.
    "PYTHONHASHSEED": "0",
    # With another backend figures drawn by plain matplotlib vanish without an error.
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # A sum split over threads has other last digits on a machine with more cores; and only a process without threads
    # can be split.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
CELL_SECONDS = 600
_SHORT = Path("/tmp")  # the path of a socket has a limit of about 100 characters
START_SECONDS = 60


class CellError(NotebookError):
    """A notebook that did not succeed: where, why, and what it looked like then."""

    def __init__(self, notebook: str, cell: int | None, reason: str, executed: nbformat.NotebookNode | None) -> None:
        where = f"cell {cell}: " if cell else ""
        super().__init__(f"{notebook}: {where}{reason}")
        self.notebook = notebook
        self.cell = cell
        self.reason = reason
        self.executed = executed


class DeadError(CellError):
    """A notebook whose process died under it: that may not happen again."""


@dataclass(frozen=True)
class Run:
    """One notebook to run: with which values, where its tables and its lists go, how long a cell may take, which facts.

    Without ``facts`` it opens the newest ones by itself.
    """

    notebook: Path
    parameters: Mapping[str, object]
    tables: Path
    lists: Path
    cell_seconds: int = CELL_SECONDS
    facts: Path | None = None


def execute(run: Run, progress: Progress | None = None) -> nbformat.NotebookNode:
    """The executed notebook of a run that succeeded.

    Success is: no exception, every code cell ran, no error output, the record was displayed, every table and figure
    that the notebook names exists, and its lists hold as many customers as it says. Anything else raises `CellError`,
    with the notebook as far as it came; a machine without a kernel raises `MachineError`.
    """
    run.tables.mkdir(parents=True, exist_ok=True)
    source = read(run.notebook)
    watch = _Watch(run.notebook.stem, len(own_code_cells(source)), progress)
    with scratch_folder(_SHORT if os.access(_SHORT, os.W_OK) else None) as folder:
        end = _run_papermill(run, source, folder, watch)
        executed = folder / "executed.ipynb"
        node = _without_markers(read(executed)) if executed.exists() else watch.so_far(source)
    if end is not None:
        kind, reason = end
        raise kind(run.notebook.stem, watch.cell, reason, node)
    fault = fault_of(node, run.notebook.stem, run.tables)
    if fault is not None:
        raise CellError(run.notebook.stem, fault.cell, fault.reason, node)
    reason = audiences.fault_in(record_of(node) or {}, run.lists)
    if reason is not None:
        raise CellError(run.notebook.stem, None, reason, node)
    return node


class _Watch:
    """Knows which code cell runs: papermill's own notes are wrong after a kill, and it writes at its end alone."""

    def __init__(self, notebook: str, cells: int, progress: Progress | None) -> None:
        self.cell = 0
        self._notebook = notebook
        self._cells = cells
        self._progress = progress
        self._begun: dict[int, nbformat.NotebookNode] = {}

    def on_cell_start(self, cell: nbformat.NotebookNode, cell_index: int) -> None:
        self._begun[cell_index] = cell
        if cell.cell_type == "code" and "injected-parameters" not in tags(cell):
            self.cell += 1
            if self._progress is not None:
                self._progress(self._notebook, self.cell, self._cells)

    def so_far(self, source: nbformat.NotebookNode) -> nbformat.NotebookNode:
        """The notebook as far as it came: its cells that had begun, with their outputs."""
        node = copy.deepcopy(source)
        for index, cell in sorted(self._begun.items()):
            until = index if "injected-parameters" in tags(cell) else index + 1
            node.cells[index:until] = [cell]
        return node


def _run_papermill(
    run: Run, source: nbformat.NotebookNode, folder: Path, watch: _Watch
) -> tuple[type[CellError], str] | None:
    """Run the cells into ``executed.ipynb`` of the folder; what ended it from outside its code, if anything did."""
    # Here, not above: papermill takes seconds to import where jupyter_server is installed.
    import papermill
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    # Sockets in a short folder of our own: a port could be taken.
    sockets = Config({"KernelManager": {"transport": "ipc", "connection_file": str(folder / "kernel.json")}})
    try:
        with _environment(_kernel_environment(run, folder)), _quiet_log():
            papermill.execute_notebook(
                source,
                _unformatted(folder / "executed.ipynb"),
                parameters=dict(run.parameters),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                # Written twice a cell, a notebook would cost a tenth of its whole run.
                request_save_on_cell_execute=False,
                start_timeout=START_SECONDS,
                execution_timeout=run.cell_seconds,
                # All that counts is displayed or written by then; asking the kernel to leave takes a second.
                shutdown_kernel="immediate",
                resources={"metadata": {"path": str(run.notebook.resolve().parent)}},
                config=sockets,
                on_cell_start=watch.on_cell_start,
                # What the kernel's own log says of its death, we say.
                extra_arguments=["--IPKernelApp.log_level=50"],
            )
    except PapermillExecutionError:
        # The error lies in the notebook's outputs, where it is judged.
        return None
    except CellTimeoutError:
        return CellError, f"it took longer than {run.cell_seconds} seconds and was stopped."
    except DeadKernelError:
        return DeadError, "the kernel died (killed from outside, or out of memory)."
    except NoSuchKernel as error:
        raise MachineError("There is no Jupyter kernel python3. Install ipykernel (`make setup`).") from error
    except RuntimeError as error:
        raise MachineError(f"The kernel of {run.notebook.name} did not start: {told(str(error))}") from error
    return None


def _kernel_environment(run: Run, folder: Path) -> dict[str, str]:
    return KERNEL_ENVIRONMENT | {
        "RETENTION_TABLES": str(run.tables.resolve()),
        "RETENTION_AUDIENCES": str(run.lists.resolve()),
        pin.VARIABLE: str(run.facts or ""),
        # A profile of its own: start-up files of whoever runs this must not change a report.
        "IPYTHONDIR": str(folder / "ipython"),
    }


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _quiet_log() -> Iterator[None]:
    """papermill and nbclient log each failure; it is told once, by whoever catches our error."""
    log = logging.getLogger("papermill")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(level)


def _unformatted(path: Path) -> str:
    """papermill fills ``{names}`` in a path with parameters; doubled braces stand for themselves."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _without_markers(node: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Without the cells that papermill writes above an error: they are not the analyst's."""
    node.cells = [cell for cell in node.cells if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])]
    return node
