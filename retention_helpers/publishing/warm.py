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
SCRIPT = Path(__file__).with_name("fork_server.py")


class ForkServer:
    """The other end of fork_server.py. Lost once, it stays lost: kernels then start as they always did."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                # -P: the folder of the script, full of modules with common names, is no place to import from.
                [sys.executable, "-P", str(SCRIPT), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=dict(environment),
            )
        self._lines = ours.makefile("rw", encoding="utf-8")
        ours.close()
        self._is_ready: bool | None = None

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

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
        """End the server and every kernel that is left."""
        if self._is_ready is None:
            self._process.kill()  # still importing, for nobody
        self._is_ready = False
        with suppress(OSError):
            self._lines.close()
        self._process.wait()

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

    def __init__(self, server: ForkServer, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._server = server

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._server.code(self.pid)
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
    """Gives kernels of the server where there is one, else ordinary ones."""

    server: ClassVar[ForkServer | None] = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        server, cwd = self.server, str(kwargs.get("cwd") or Path.cwd())
        pid = server.start(cmd[cmd.index("-f") :], cwd, kwargs.get("env") or os.environ) if server else None
        if server is None or pid is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process = WarmKernel(server, pid)
        self.pid = self.pgid = pid  # it leads a group of its own
        self.cwd = cwd
        return self.connection_info


@contextmanager
def warm_kernels(*, is_cold: bool = False) -> Iterator[None]:
    """Inside, kernels start warm where the machine can do it, which is Linux; ``is_cold``: as they always did."""
    factory = KernelProvisionerFactory.instance()
    if is_cold or sys.platform != "linux" or NAME not in factory.provisioners:
        yield
        return
    before = factory.default_provisioner_name
    server = ForkServer(os.environ | KERNEL_ENVIRONMENT)
    WarmProvisioner.server, factory.default_provisioner_name = server, NAME
    try:
        yield
    finally:
        WarmProvisioner.server, factory.default_provisioner_name = None, before
        server.close()
