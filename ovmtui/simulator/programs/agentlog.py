"""How an OpenSVC agent prints what it does, by its version."""

from __future__ import annotations

import time

from ovmtui.simulator.programs.call import Call


class AgentOutput:
    """The lines of one action of one service, on standard error."""

    def __init__(self, call: Call, service: str) -> None:
        """Print for `service` in the format of the node's agent."""
        self._call = call
        self._service = service
        self._version = call.node.spec.opensvc
        self._context = ""

    def say(self, level: str, rid: str, text: str) -> None:
        """Print one record; `rid` is empty for the service itself."""
        name = ".".join(filter(None, (self._service, rid)))
        if self._version.startswith("2"):
            context = f"@ n:{self._call.node.name} o:{self._service}"
            context += f" r:{rid} sc:n" if rid else " sc:n"
            if context != self._context:
                self._context = context
                self._call.err(f"{context}\n")
            mark = {"ERROR": "E ", "WARNING": "W "}.get(level, "  ")
            self._call.err(f"{mark}{text}\n")
        elif self._version.startswith("1.9"):
            now = time.strftime("%H:%M:%S")
            self._call.err(f"{now},{0:03d} {name} {level} {text}\n")
        elif self._version.startswith("1.8"):
            self._call.err(f"{level:<7} {name} {text}\n")
        else:
            width = len(self._service) + 8
            now = time.strftime("%H:%M:%S")
            self._call.err(f"{now} {level:<7} {name.upper():<{width}} {text}\n")

    def output(self, rid: str, stdout: str) -> None:
        """Print what a command printed."""
        if self._version.startswith("2"):
            for line in stdout.splitlines():
                self._call.err(f"  | {line}\n")
        elif stdout:
            self.say("INFO", rid, f"output:\n{stdout}")
