"""The manager's stand-in of the pool, from the side of the tests: its state is a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

STATE = "/OVS/.manager/state"
"""What dom0/ovm and dom0/agent live on, on the shared repository; dom0/ovm says what is in it."""
PASSWORD = "canary-5b1e-manager"
"""What `ovm` is called with; it must be in nothing that is shown or written."""
_AGENT_LOG = "/OVS/.manager/agent.log"
_WELL = {"failing": "", "delay": "0", "agent": "off"}


class ManagerStandIn:
    """What the manager is told and what it has, past its command line."""

    def __init__(self, run: Callable[[str], str]) -> None:
        """`run` runs a command on a node and returns its output, or raises."""
        self._run = run

    def tell(self, **values: str) -> None:
        """Set values, such as `failing="down"`; `ha_NAME` is HA of a machine."""
        commands = [f"exec 9>{STATE}.lock", "flock 9"]
        for name, value in values.items():
            key = name.replace("ha_", "ha:")
            commands.append(f"sed -i 's/^{key}=.*/{key}={value}/' {STATE}")
        self._run(" && ".join(commands))

    def state(self) -> Mapping[str, str]:
        """Return all its values."""
        lines = self._run(f"cat {STATE}").splitlines()
        return {key: value for key, _, value in (line.partition("=") for line in lines)}

    def ha(self, name: str) -> str:
        """Return HA of a machine: `on` or `off`."""
        return self.state()[f"ha:{name}"]

    def reset(self) -> None:
        """Have it answer as it should, HA off for every machine, and no agent at work."""
        commands = [f"exec 9>{STATE}.lock", "flock 9", f"rm -f {_AGENT_LOG}"]
        changes = [
            "s/^ha:\\(.*\\)=.*/ha:\\1=off/",
            *(f"s/^{k}=.*/{k}={v}/" for k, v in _WELL.items()),
        ]
        commands.append(f"sed -i '{'; '.join(changes)}' {STATE}")
        self._run(" && ".join(commands))

    def await_agent(self, line: str, *, timeout: float = 300.0) -> None:
        """Wait until an agent has written `line` to its log.

        Raises:
            AssertionError: it did not in `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while line not in (log := self._run(f"cat {_AGENT_LOG} 2>&1 || true")):
            assert time.monotonic() < deadline, f"{line!r} is not in the agent's log:\n{log}"
            time.sleep(1)
