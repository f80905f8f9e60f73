"""The few methods that the rest of ovmtui needs of a connection to a node.

Two verbs are kept apart. `run` is *bound*: the command ends when the console goes
away; it is for reading and waiting. `run_detached` is for what changes something: it
goes on when the connection, the terminal or the console ends, and a second call with
the same job id attaches to it instead of starting it again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from ovmtui.model.job import Stream


@dataclass(frozen=True, slots=True)
class Elevation:
    """How a user who is not root becomes root on a node: with sudo."""

    password: Callable[[], Awaitable[str]] | None = field(default=None, repr=False)
    """Gives the password that sudo asks for, raising OvmtuiError; None: it asks for none."""


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """Where a node is and who logs in. Times in seconds."""

    host: str
    """Host name, address, or the alias of a `Host` block of the SSH configuration."""
    port: int | None = None
    """None: what the SSH configuration says, else 22."""
    user: str | None = None
    """None: what the SSH configuration says, else root."""
    connect_timeout: float = 10.0
    login_timeout: float = 10.0
    keepalive_interval: float = 15.0
    legacy: bool = False
    """Whether the algorithms of OpenSSH 4.3 are offered, too."""
    elevation: Elevation | None = None
    """How everything is run as root; None: the user is root, or needs no such rights."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a bound command gave."""

    exit_status: int | None
    """None when the command was ended by a signal."""
    stdout: str
    stderr: str
    seconds: float
    truncated: bool = False
    """Whether output beyond the limit was dropped."""


@dataclass(frozen=True, slots=True)
class DetachedResult:
    """How a detached job ended."""

    exit_status: int | None
    """None when its process is gone without a result: the node died under it."""
    started: bool = True
    """False when the node knows no such job: it was not to start it, or could not."""
    problem: str = ""
    """Why it could not be started, in the node's words, made visible."""


@dataclass(frozen=True, slots=True)
class OutputChunk:
    """A piece of a running command's output, decoded, controls untouched."""

    stream: Stream
    text: str
    end_offset: int
    """Bytes of this stream delivered so far: where an attachment would go on."""


OnOutput = Callable[[OutputChunk], Awaitable[None] | None]
"""Takes a piece of output. What it returns, if anything, is awaited before more is taken: who
cannot keep up has the node wait."""


class Reply(Protocol):
    """Answers the questions of a program."""

    def __call__(self, pending: str, *, quiet: bool) -> str | None:
        """Return the answer to what `pending` ends with; None when it asks nothing yet."""
        ...


class LocalTerminal(Protocol):
    """The operator's terminal, handed over to a program on a node."""

    @property
    def kind(self) -> str:
        """What `$TERM` says."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines, now."""
        ...

    async def typed(self) -> bytes:
        """Return what was typed next; empty when the operator wants to leave."""
        ...

    def show(self, data: bytes) -> None:
        """Show what the program writes."""
        ...


class Session(Protocol):
    """One open connection to one node, shared by many commands at once."""

    @property
    def user(self) -> str:
        """Who is logged in on the node."""
        ...

    @property
    def is_closed(self) -> bool:
        """Whether the connection is gone."""
        ...

    async def wait_closed(self) -> None:
        """Return when the connection is gone, for whatever reason."""
        ...

    async def run(
        self,
        script: str,
        *,
        timeout: float,
        secret: str | None = None,
        on_output: OnOutput | None = None,
        limit: int = 4_194_304,
    ) -> Result:
        """Run `script` in the node's shell, bound to this console.

        The script is ended on the node when the call is cancelled, times out after
        `timeout` seconds, or the connection is lost. `secret` reaches it through
        standard input as the shell variable `OVMTUI_SECRET`. At most `limit` bytes of
        each stream are kept.

        Raises:
            CommandTimeout: it did not end in time.
            NodeLost: the connection broke.
            SlotsExhausted: the node opens no further session.
        """
        ...

    async def run_detached(
        self,
        job: str,
        script: str,
        *,
        timeout: float,
        secret: str | None = None,
        on_output: OnOutput | None = None,
        offsets: tuple[int, int] = (0, 0),
        start: bool = True,
    ) -> DetachedResult:
        """Start `script` as the detached job `job`, or attach to it, and follow it.

        `job` is `[A-Za-z0-9._-]+`; the script finds its directory in `$OVMTUI_JOB`.
        `offsets` are the bytes of stdout and stderr that have been delivered before. The
        job goes on whatever becomes of this call. With `start` false it is attached to
        only: what it was allowed by may not hold any more.

        Raises:
            CommandTimeout: it runs still after `timeout` seconds.
            NodeLost: the connection broke; call again on a new session to attach.
            SlotsExhausted: the node opens no further session.
        """
        ...

    async def converse(
        self, script: str, *, timeout: float, silence: float, reply: Reply
    ) -> Result:
        """Run a program that asks questions, on a terminal of its own, bound to this console.

        After each piece of output `reply` is called with all the text since the last
        answer, and gives the next answer, or None to wait for more. It is called with
        `quiet` true when nothing has come for `silence` seconds. What it raises ends the
        program and is passed on.

        Raises:
            CommandTimeout: it did not end in `timeout` seconds.
            NodeLost: the connection broke; the program ends with it.
            SlotsExhausted: the node opens no further session.
        """
        ...

    async def interact(self, script: str, terminal: LocalTerminal) -> int | None:
        """Let a program have `terminal` until it ends, or the operator leaves.

        An empty `script` is a login shell. Returns the exit code; None when there is none.

        Raises:
            NodeLost: the connection broke.
            SlotsExhausted: the node opens no further session.
        """
        ...

    async def forget_detached(self, job: str) -> None:
        """Remove the ended job's files from the node. An unknown job is no error.

        One that still runs is left alone.
        """
        ...

    async def sweep_detached(self, *, older_than_days: int) -> None:
        """Remove the files of jobs that ended, or died, longer ago than that."""
        ...

    async def close(self) -> None:
        """Close the connection and end its bound commands."""
        ...


class Connector(Protocol):
    """Makes sessions."""

    async def connect(self, address: NodeAddress) -> Session:
        """Open a connection.

        Raises:
            ConnectFailed: or one of its leaves, with a sentence that says why.
        """
        ...
