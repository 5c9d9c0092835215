"""A process that has the slow imports behind it and splits off a kernel for each notebook.

Run as a script of its own, `python -P fork_server.py FD..`, never imported: it knows nothing of this package, so a
kernel reads the package as it lies on disk. Over each socket FD, one a worker, come lines of JSON, one answer each:

    {"op": "start", "argv": [..], "cwd": "..", "env": {..}}   ->  {"pid": 12}
    {"op": "poll", "pid": 12}                                 ->  {"code": null or the exit code}

When a socket closes, because its worker ended or died, the kernels asked for over it are killed; with the last socket
the server ends.
"""

import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

# What notebooks import, with what some packages put off until they are used. Nothing here may start a thread: only the
# forking thread lives on in a child.
PACKAGES = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "matplotlib_inline.backend_inline",
    "pandas", "numpy", "scipy.stats", "scipy.optimize", "matplotlib.pyplot", "matplotlib.backends.backend_svg",
    "matplotlib.backends.backend_agg", "seaborn", "duckdb", "great_tables", "pydantic.main", "pydantic.types", "yaml",
    "PIL.Image", "babel.dates", "babel.numbers", "babel.support", "pyarrow.pandas_compat", "xml.etree.ElementTree",
    "sklearn.cluster", "sklearn.ensemble", "sklearn.isotonic", "sklearn.linear_model",
)  # fmt: skip


def serve(channels: list[socket.socket]) -> None:
    """Answer requests until nobody is left on the other side."""
    with selectors.DefaultSelector() as waiting:
        for channel in channels:
            lines = channel.makefile("rw", encoding="utf-8")
            tell(lines, {"threads": threads()})
            waiting.register(channel, selectors.EVENT_READ, (lines, {}))
        while waiting.get_map():
            for key, _ in waiting.select():
                lines, codes = key.data
                # Who asks waits for the answer before asking again: never more than one line has come.
                request = line_of(lines)
                if request:
                    tell(lines, answer(json.loads(request), codes, channels))
                else:
                    waiting.unregister(key.fileobj)
                    end_all(codes)


def line_of(lines: TextIO) -> str:
    """The next line; nothing from a client that is gone, however it went."""
    try:
        return lines.readline()
    except OSError:
        return ""


def tell(lines: TextIO, message: dict) -> None:
    """Write one line; who is gone by now is noticed at the next reading."""
    with suppress(OSError):
        lines.write(json.dumps(message) + "\n")
        lines.flush()


def answer(request: dict, codes: dict[int, int | None], channels: list[socket.socket]) -> dict:
    """Do what one client asks; ``codes`` are the exit codes of its kernels."""
    if request["op"] == "start":
        pid = os.fork()
        if pid == 0:
            become_kernel(channels, request)
        codes[pid] = None
        return {"pid": pid}
    pid = request["pid"]
    codes[pid] = ended(pid) if codes[pid] is None else codes[pid]
    return {"code": codes[pid]}


def end_all(codes: dict[int, int | None]) -> None:
    """Kill what a client has left running."""
    for pid in (pid for pid, code in codes.items() if code is None):
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(pid, signal.SIGKILL)  # too young for a group of its own; until it is waited for, its number stays
        os.waitpid(pid, 0)


def threads() -> list[str]:
    """The names of threads beside this one. jemalloc's knows what to do when its process splits."""
    names = [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
    return sorted(name for name in names if not name.startswith("jemalloc"))[1:]


def ended(pid: int) -> int | None:
    """The exit code of a kernel, negative where a signal ended it; nothing while it runs."""
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def become_kernel(channels: list[socket.socket], request: dict) -> None:
    """Turn this child into the kernel that `python -m ipykernel_launcher` would be; never returns."""
    code = 1
    try:
        os.setsid()
        for channel in channels:
            os.close(channel.fileno())  # its own close would wait for the lines made of it
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        sys.argv = ["ipykernel_launcher", *request["argv"]]
        from ipykernel.kernelapp import IPKernelApp

        # Should the server be killed, the kernel notices that its parent is another one, and ends.
        IPKernelApp.launch_instance(argv=[*request["argv"], f"--IPKernelApp.parent_handle={os.getppid()}"])
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    for package in PACKAGES:
        importlib.import_module(package)
    # What is there now is never collected, so the children's pages stay shared.
    gc.collect()
    gc.freeze()
    # Ctrl-C reaches the whole group of a terminal: the run decides what ends, and the socket tells.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve([socket.socket(fileno=int(number)) for number in sys.argv[1:]])
    os._exit(0)  # nothing of its own is left to clean up, and what it imported has nothing to say
