"""A Unix socket that takes faults and questions as JSON lines, for who is in another process.

A request is one line, `{"do": "kill-node", "node": "ovm2"}`; the verbs are the methods of
Faults, and `truth`, `invocations` and `verbs`. The answer is one line, `{"value": …}` or
`{"error": "…"}`.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ovmtui.simulator.errors import SimulatorError
from ovmtui.simulator.faults import Faults
from ovmtui.simulator.invocations import as_json

if TYPE_CHECKING:
    from ovmtui.simulator.pool import SimulatedPool

_LONGEST_ANSWER = 2**24

VERBS: Mapping[str, str] = {
    name.replace("_", "-"): (inspect.getdoc(method) or "").partition("\n")[0]
    for name, method in inspect.getmembers(Faults, inspect.isfunction)
    if not name.startswith("_")
}
"""Each fault with what it does."""


class ControlServer:
    """Answers on the control socket."""

    def __init__(self, pool: SimulatedPool) -> None:
        """Act on `pool`."""
        self._pool = pool
        self._server: asyncio.Server | None = None

    async def open(self, path: Path) -> None:
        """Listen on the Unix socket `path`."""
        self._server = await asyncio.start_unix_server(self._serve, path)

    async def close(self) -> None:
        """Take no more requests."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, object]:
        try:
            request = json.loads(line)
            return {"value": await self._do(request.pop("do"), request)}
        except (SimulatorError, ValueError, KeyError, TypeError, AttributeError) as error:
            return {"error": str(error)}

    async def _do(self, verb: str, arguments: dict[str, object]) -> object:
        if verb == "truth":
            truth = self._pool.truth()
            return {
                "running": {uuid: list(nodes) for uuid, nodes in truth.running.items()},
                "double_runs": dict(truth.double_runs),
                "ha": dict(truth.ha),
            }
        if verb == "invocations":
            return [as_json(entry) for entry in self._pool.invocations]
        if verb == "verbs":
            return dict(VERBS)
        if verb not in VERBS:
            raise SimulatorError(f"no such verb: {verb}")
        await getattr(self._pool.faults, verb.replace("-", "_"))(**arguments)
        return None


async def request(socket: Path, verb: str, **arguments: object) -> object:
    """Send one request to a control socket and return the answer's value.

    Raises:
        SimulatorError: the pool refuses it, or has ended.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(socket, limit=_LONGEST_ANSWER)
    except OSError as error:
        raise SimulatorError(f"the simulated pool does not answer: {error}") from None
    try:
        writer.write(json.dumps({"do": verb, **arguments}).encode() + b"\n")
        answer = json.loads(await reader.readline() or b'{"error": "it has ended"}')
    finally:
        writer.close()
    if "error" in answer:
        raise SimulatorError(str(answer["error"]))
    return answer["value"]
