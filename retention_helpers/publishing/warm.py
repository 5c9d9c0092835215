"""Kernels that start warm: split off a process that has imported what notebooks import.

A kernel needs seconds of imports before its first cell; a month has many notebooks. papermill and the notebooks know
nothing of it: jupyter_client asks the provisioner named here for a kernel. Without a server it gives an ordinary one.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from .execution import KERNEL_ENVIRONMENT

NAME = "retention-warm"  # as in pyproject.toml
LEAVE_SECONDS = 0.5
SCRIPT = Path(__file__).with_name("fork_server.py")


class KernelSource:
    """A worker's end of fork_server.py. Lost once, it stays lost: kernels then start as they always did."""

    def __init__(self, channel: socket.socket) -> None:
        self._lines = channel.makefile("rw", encoding="utf-8")
        channel.close()
        self._is_ready: bool | None = None

    @property
    def is_ready(self) -> bool:
        """Whether kernels can be had; waits for the imports the first time it is asked."""
        if self._is_ready is None:
            self._is_ready = self._answer().get("threads") == []
        return self._is_ready

    def start(self, argv: Sequence[str], cwd: str, env: Mapping[str, str]) -> int | None:
        """The process of a new kernel; nothing where there can be none."""
        return self._ask(op="start", argv=list(argv), cwd=cwd, env=dict(env)).get("pid") if self.is_ready else None

    def code(self, pid: int) -> int | None:
        """The exit code of a kernel, nothing while it runs; a lost server's kernels are dead, too."""
        answer = self._ask(op="poll", pid=pid)
        return answer.get("code") if self._is_ready else -signal.SIGKILL

    def close(self) -> None:
        """Leave; every kernel that is left is killed."""
        self._is_ready = False
        with suppress(OSError):
            self._lines.close()

    def _ask(self, **request: object) -> dict[str, Any]:
        try:
            self._lines.write(json.dumps(request) + "\n")
            self._lines.flush()
        except OSError:
            self._is_ready = False
            return {}
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        try:
            line = self._lines.readline()
        except OSError:
            line = ""
        if not line:
            self._is_ready = False
        return json.loads(line) if line else {}


class WarmKernel:
    """A kernel's process, as far as jupyter_client asks one: what `subprocess.Popen` would say of it."""

    stdin = stdout = stderr = None

    def __init__(self, source: KernelSource, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._source = source

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._source.code(self.pid)
        return self.returncode

    def wait(self) -> int | None:
        # Asked only once `poll` has told the code.
        return self.poll()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class WarmProvisioner(LocalProvisioner):
    """Gives kernels of the source where there is one, else ordinary ones."""

    source: ClassVar[KernelSource | None] = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        source, cwd = self.source, str(kwargs.get("cwd") or Path.cwd())
        pid = source.start(cmd[cmd.index("-f") :], cwd, kwargs.get("env") or os.environ) if source else None
        if source is None or pid is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process = WarmKernel(source, pid)
        self.pid = self.pgid = pid  # it leads a group of its own
        self.cwd = cwd
        return self.connection_info


@contextmanager
def fork_server(clients: int) -> Iterator[list[socket.socket]]:
    """A server for so many clients, as one socket each, where the machine can do it, which is Linux; else none."""
    if not clients or sys.platform != "linux" or NAME not in KernelProvisionerFactory.instance().provisioners:
        yield []
        return
    ours, theirs = zip(*(socket.socketpair() for _ in range(clients)), strict=True)
    numbers = [channel.fileno() for channel in theirs]
    server = subprocess.Popen(
        # -P: the folder of the script, full of modules with common names, is no place to import from.
        [sys.executable, "-P", str(SCRIPT), *map(str, numbers)],
        stdin=subprocess.DEVNULL,
        pass_fds=numbers,
        env=os.environ | KERNEL_ENVIRONMENT,
    )
    for channel in theirs:
        channel.close()
    try:
        yield list(ours)
    finally:
        for channel in ours:
            channel.close()
        try:
            server.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()  # still importing, for nobody
            server.wait()


@contextmanager
def warm_kernels(channel: socket.socket | None) -> Iterator[None]:
    """Inside, kernels of this process start warm by the socket of a `fork_server`; without one as they always did."""
    if channel is None:
        yield
        return
    factory = KernelProvisionerFactory.instance()
    before = factory.default_provisioner_name
    source = KernelSource(channel)
    WarmProvisioner.source, factory.default_provisioner_name = source, NAME
    try:
        yield
    finally:
        WarmProvisioner.source, factory.default_provisioner_name = None, before
        source.close()
