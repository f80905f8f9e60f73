"""Taking, keeping and giving back a machine's lock for one plan."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Mapping

from ovmtui.errors import TransportError
from ovmtui.model.identity import NodeKey
from ovmtui.model.job import EventKind, Level
from ovmtui.plan.locking import LockPlace
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.lockholder import Heard, hear
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.recorder import Recorder
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.toolstacks import flock, xm
from ovmtui.toolstacks.flock import LockAnswer, LockHolder


class MachineLock:
    """The lock of one machine, for one plan."""

    def __init__(
        self,
        place: LockPlace,
        *,
        recorder: Recorder,
        watchers: Mapping[NodeKey, NodeWatcher],
        operator: Operator,
        clock: Clock,
    ) -> None:
        """Hold nothing yet."""
        self._place = place
        self._recorder = recorder
        self._watchers = watchers
        self._operator = operator
        self._clock = clock
        self._node = place.node
        self._remote = ""
        self._holder: LockHolder | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._signs = 0

    async def take(self) -> str:
        """Take the lock; return why it cannot be had, or nothing."""
        why = self._place.text
        if self._place.path is not None:
            heard = await self._attempt(self._place.node, self._place.path)
            if heard.answer is LockAnswer.HELD:
                return heard.text
            why = f"no lock beside vm.cfg ({heard.text})"
            if heard.answer is LockAnswer.TAKEN:
                if not (unseen := await self._unseen()):
                    return ""
                await self.give_back()
                why = f"no lock beside vm.cfg ({unseen})"
        master = self._place.master
        if not self._place.about_node:
            await self._recorder.emit(
                EventKind.NOTE,
                f"{why}: {master.name} holds it for the pool",
                level=Level.WARNING,
                label=self._label,
            )
        heard = await self._attempt(master, None)
        if heard.answer is LockAnswer.BROKEN:
            return f"its lock cannot be taken on {master.name}: {heard.text}"
        return heard.text

    async def adopt(self, remote: str) -> str:
        """Go on with the lock that this plan's holder `remote` may hold still, or take it anew.

        Returns:
            Why it cannot be had, or nothing.
        """
        for node in dict.fromkeys((self._place.node, self._place.master)):
            with contextlib.suppress(TransportError):
                session = self._watchers[node].session
                heard = await hear(session, remote, "", start=False, timeout=self._place.patience)
                if heard.holder is None:
                    await session.forget_detached(remote)
                    continue
                self._hold(node, remote, heard.holder)
                if not await self.confirm():
                    await self._tell_taken()
                    return ""
                await self.give_back()
        return await self.take()

    async def confirm(self) -> str:
        """Give a sign of life; return why the lock may be lost, or nothing."""
        if self._holder is None:
            return "the machine's lock is not held"
        self._signs += 1
        script = flock.keep_script(
            self._holder,
            plan=self._recorder.state.job,
            # Another console that goes on with the plan counts from 1, too.
            sign=f"{self._signs}-{self._operator.pid}",
        )
        try:
            result = await self._watchers[self._node].session.run(
                script, timeout=self._place.patience
            )
        except TransportError as error:
            return f"whether the machine's lock is held still cannot be told: {error}"
        if result.exit_status == 0:
            return ""
        why = xm.error_text(result.stdout, result.stderr) or "its holder has gone"
        return f"the machine's lock is lost: {why}"

    def leave(self) -> None:
        """Give no more signs of life."""
        if self._keeping is not None:
            self._keeping.cancel()
            self._keeping = None

    async def give_back(self) -> None:
        """Let the lock go as soon as the plan's last command on the node has ended."""
        self.leave()
        holder, self._holder = self._holder, None
        if holder is None:
            return
        with contextlib.suppress(TransportError):
            session = self._watchers[self._node].session
            result = await session.run(flock.release_script(holder), timeout=self._place.patience)
            if result.exit_status == 0:
                await session.forget_detached(self._remote)

    async def _attempt(self, node: NodeKey, path: str | None) -> Heard:
        job = self._recorder.state.job
        remote = f"{job}-lock-{secrets.token_hex(3)}"
        since = time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(self._clock.wall()))
        script = flock.hold_script(
            path,
            self._place.file,
            plan=job,
            said={
                "what": self._recorder.state.title,
                "who": self._operator.user,
                "host": self._operator.host,
                "since": since,
                "node": node.name,
            },
            grace=self._place.grace,
        )
        await self._recorder.emit(
            EventKind.LOCK,
            f"lock {path or self._place.file} on {node.name}",
            node=node.name,
            remote=remote,
            label=self._label,
        )
        try:
            session = self._watchers[node].session
            heard = await hear(session, remote, script, start=True, timeout=self._place.patience)
            if heard.holder is None:
                await session.forget_detached(remote)
        except TransportError as error:
            # It may be held now all the same; without a sign of life it ends by itself.
            return Heard(LockAnswer.HELD, f"its lock cannot be taken on {node.name}: {error}")
        if heard.holder is not None:
            self._hold(node, remote, heard.holder)
            await self._tell_taken()
        return heard

    async def _unseen(self) -> str:
        """Return why the lock keeps no other node out; nothing when it does, or none can tell."""
        path = self._place.path
        assert path is not None
        for key, watcher in self._watchers.items():
            if key.pool != self._node.pool or key == self._node or not watcher.view.certain:
                continue
            try:
                result = await watcher.session.run(
                    flock.witness_script(path), timeout=self._place.patience
                )
            except TransportError:
                continue
            if (shared := flock.shared(result.exit_status)) is not None:
                why = xm.error_text(result.stdout, result.stderr)
                return "" if shared else f"{key.name} does not see it held: {why}"
        return ""

    def _hold(self, node: NodeKey, remote: str, holder: LockHolder) -> None:
        self._node, self._remote, self._holder = node, remote, holder
        self._keeping = asyncio.create_task(self._keep(), name=remote)

    async def _keep(self) -> None:
        while True:
            await self._clock.sleep(self._place.grace / 4)
            await self.confirm()

    async def _tell_taken(self) -> None:
        await self._recorder.emit(
            EventKind.LOCK,
            f"the machine is locked for this plan: {self._holder.file if self._holder else ''}",
            node=self._node.name,
            remote=self._remote,
            label=self._label,
        )

    @property
    def _label(self) -> str:
        return self._recorder.state.vm_name.upper()
