"""What must be said without being asked: two copies, and a machine that came back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.interface import MessageRaised
from ovmtui.runtime.store import split_brains
from ovmtui.runtime.watcher import NodeWatcher


class Alarms:
    """Compares snapshots and raises messages."""

    def __init__(
        self,
        watchers: Mapping[NodeKey, NodeWatcher],
        clock: Clock,
        tell: Callable[[MessageRaised], None],
    ) -> None:
        """Begin with nothing to watch for."""
        self._watchers = watchers
        self._clock = clock
        self._tell = tell
        self._stopped: dict[VmKey, float] = {}

    def watch_for_restart(self, vm: VmKey, *, seconds: float) -> None:
        """Say so when a machine that was stopped on purpose is listed again in that time."""
        self._stopped[vm] = self._clock.monotonic() + seconds

    def forget(self, vm: VmKey) -> None:
        """A plan of ours works on the machine: its return is no surprise."""
        self._stopped.pop(vm, None)

    def see(self, old: Snapshot, new: Snapshot) -> None:
        """Compare two snapshots."""
        for vm in split_brains(new) - split_brains(old):
            machine = new.vms[vm]
            self._say(f"SPLIT BRAIN: {machine.shown}: {machine.reason}", "error")
            # Two listings of different moments can look like two copies: look again.
            for node in machine.nodes:
                self._watchers[node].wake()
        now = self._clock.monotonic()
        for vm, until in tuple(self._stopped.items()):
            found = new.vms.get(vm)
            if now > until:
                del self._stopped[vm]
            elif found is not None and any(copy.certain for copy in found.copies):
                places = ", ".join(node.name for node in found.nodes)
                del self._stopped[vm]
                self._say(
                    f"{found.name} was stopped, but something started it again on {places}",
                    "error",
                )

    def _say(self, text: str, severity: str) -> None:
        self._tell(MessageRaised(text, severity, self._clock.wall()))
