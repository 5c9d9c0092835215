"""The command line: ``python -m retention_helpers COMMAND``. The only place that reads the clock, and that prints."""

import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from retention_helpers.errors import Fault, RetentionError

from .options import parser

# What a shell reports of a program that a signal ended (130 Ctrl-C, 143 SIGTERM), or whose reader went away.
STOPPED, CUT_SHORT = 128, 141
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (see `retention_helpers.errors`)."""
    options = parser().parse_args(arguments)
    try:
        with _stoppable():
            code = options.do(options)
        sys.stdout.flush()  # here, where a reader that went away can still be told from a fault
        return code
    except RetentionError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt as stop:
        print("stopped: what was not published by then stays as it was.", file=sys.stderr)
        return STOPPED + (stop.args[0] if stop.args else signal.SIGINT)
    except BrokenPipeError:
        # Who read our lines (head, less) has seen enough; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CUT_SHORT
    except Exception:  # noqa: BLE001 (whatever is left is a fault of ours, and must say so)
        traceback.print_exc()
        print("error: a fault of ours; please report the lines above.", file=sys.stderr)
        return Fault.exit_code


@contextmanager
def _stoppable() -> Iterator[None]:
    """Meanwhile each signal that asks us to end does what Ctrl-C does: what was begun is put away on the way out."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears of signals
        return
    # One that is ignored (nohup) stays so.
    before = {number: signal.getsignal(number) for number in SIGNALS}
    taken = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in taken:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])


def _stop(number: int, frame: object) -> None:
    for other in SIGNALS:
        signal.signal(other, signal.SIG_IGN)  # putting away takes a moment, and a second call does not make it shorter
    # What was waiting for a kernel ends without one, and would say so in many lines.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL + 1)
    raise KeyboardInterrupt(int(number))
