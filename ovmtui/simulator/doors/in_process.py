"""An SSH server in this process, as strict about sessions and signals as sshd is."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable
from socket import socket

import asyncssh

from ovmtui.simulator.doors.door import SHELL, Lodging
from ovmtui.simulator.ownfiles import localised

MOST_SESSIONS = 10
"""OpenSSH's limit of sessions on one connection, hard-coded in 4.3 and a default since."""
_CHUNK = 65536
_LOGIN_SECONDS = 30.0

_Serve = Callable[[asyncssh.SSHServerProcess[bytes]], Awaitable[None]]


class InProcessDoor:
    """Serves connections with asyncssh; each command is a real shell."""

    def __init__(self, lodging: Lodging) -> None:
        """Serve the node of `lodging`."""
        self._lodging = lodging
        self._options = asyncssh.SSHServerConnectionOptions(
            server_factory=lambda: _Server(lodging),
            server_host_keys=[str(lodging.host_key)],
            authorized_client_keys=str(lodging.client_public_key),
            password_auth=False,
            kbdint_auth=False,
            gss_host=None,
            allow_scp=False,
            x11_forwarding=False,
            agent_forwarding=False,
            encoding=None,
            login_timeout=_LOGIN_SECONDS,
            compression_algs=["none"],
        )
        self._connections: set[asyncssh.SSHServerConnection] = set()

    async def admit(self, connection: socket) -> None:
        """Serve SSH over a connected socket, until either end closes it."""
        try:
            served = await asyncssh.run_server(connection, options=self._options)
        except (asyncssh.Error, OSError):
            return
        self._connections.add(served)
        try:
            await served.wait_closed()
        finally:
            self._connections.discard(served)

    async def close(self) -> None:
        """Abort every connection."""
        for served in tuple(self._connections):
            served.abort()


class _Server(asyncssh.SSHServer):
    """One connection, with its count of sessions."""

    def __init__(self, lodging: Lodging) -> None:
        self._lodging = lodging
        self._sessions = 0

    def begin_auth(self, username: str) -> bool:
        return True

    def session_requested(self) -> bool | asyncssh.SSHServerProcess[bytes]:
        if self._sessions >= MOST_SESSIONS:
            return False
        self._sessions += 1
        return _Session(self._serve, self._release)

    async def _serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        try:
            await _run(self._lodging, process)
        finally:
            # As with sshd, an abandoned command keeps its session until it ends.
            self._release()

    def _release(self) -> None:
        self._sessions -= 1


class _Session(asyncssh.SSHServerProcess[bytes]):
    """A session that is given back, too, when it is closed without any command."""

    def __init__(self, serve: _Serve, release: Callable[[], None]) -> None:
        super().__init__(serve, None, 3, False)
        self._release: Callable[[], None] | None = release

    def session_started(self) -> None:
        self._release = None
        super().session_started()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._release is not None:
            self._release()
        super().connection_lost(exc)


async def _run(lodging: Lodging, process: asyncssh.SSHServerProcess[bytes]) -> None:
    command = process.command
    if command is None:
        process.stderr.write(b"This simulated node runs commands, but has no login shell.\n")
        process.exit(1)
        return
    text = command if isinstance(command, str) else os.fsdecode(command)
    text = localised(text, lodging.directory)
    out, err = os.pipe(), os.pipe()
    try:
        child = await asyncio.create_subprocess_exec(
            SHELL,
            "-c",
            text,
            env=dict(lodging.environment),
            cwd=lodging.home,
            stdin=asyncio.subprocess.PIPE,
            stdout=out[1],
            stderr=err[1],
            start_new_session=True,
        )
    finally:
        os.close(out[1])
        os.close(err[1])
    assert child.stdin is not None
    feeding = asyncio.create_task(_feed(process, child.stdin))
    pouring = asyncio.gather(_pour(out[0], process.stdout), _pour(err[0], process.stderr))
    try:
        status = await child.wait()
        await pouring
    finally:
        feeding.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await feeding
    if status < 0:
        process.exit_with_signal(signal.Signals(-status).name.removeprefix("SIG"))
    else:
        process.exit(status)


async def _feed(process: asyncssh.SSHServerProcess[bytes], stdin: asyncio.StreamWriter) -> None:
    """Pass the client's input on; the client's going away is the end of it."""
    try:
        while True:
            try:
                data = await process.stdin.read(_CHUNK)
            except (
                # sshd does not deliver signals to a session of root.
                asyncssh.SignalReceived,
                asyncssh.BreakReceived,
                asyncssh.TerminalSizeChanged,
            ):
                continue
            if not data:
                break
            if process.term_type is not None:
                # There is no terminal behind this door: what it would do is done here.
                process.stdout.write(data.replace(b"\r", b"\r\n"))
                data = data.replace(b"\r", b"\n")
            stdin.write(data)
            await stdin.drain()
    except (asyncssh.Error, OSError):
        pass
    finally:
        stdin.close()


async def _pour(source: int, sink: asyncssh.SSHWriter[bytes]) -> None:
    """Pass a stream of the command on; when the client goes away, its pipe breaks."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(source, "rb")
    )
    closing = asyncio.create_task(sink.channel.wait_closed())
    try:
        while True:
            reading = asyncio.create_task(reader.read(_CHUNK))
            await asyncio.wait((reading, closing), return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                reading.cancel()
                return
            if not (data := reading.result()):
                return
            sink.write(data)
            await sink.drain()
    except (asyncssh.Error, OSError):
        pass
    finally:
        closing.cancel()
        transport.close()
