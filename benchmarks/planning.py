"""What single things cost at 256 nodes with 5,120 machines, in CPU time."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from benchmarks.figures import Figure, cpu_of, median_of
from benchmarks.pretended import PretendedFleet, fleet
from benchmarks.running import running
from ovmtui.model.identity import NodeKey
from ovmtui.plan.intent import Intent, Verb
from ovmtui.runtime.service import Service
from ovmtui.ui.viewmodel.alerts import alerts
from ovmtui.ui.viewmodel.rowkeeping import RowKeeper
from ovmtui.ui.viewmodel.view import ViewState


def planning() -> Iterator[Figure]:
    """Yield the figures of merging, of rows and of plans."""
    yield from asyncio.run(_all(fleet(256, 20)))


async def _all(made: PretendedFleet) -> list[Figure]:
    with tempfile.TemporaryDirectory() as place:
        async with running(made, Path(place)) as service:
            await service.settled(timeout=60.0)
            return [
                Figure(what, median_of(partial(cpu_of, act)), "ms") for what, act in _of(service)
            ]


def _of(service: Service) -> Iterator[tuple[str, Callable[[], object]]]:
    snapshot, store = service.snapshot, service._store
    first = next(iter(snapshot.nodes))
    yield "merge a pool of 16 nodes when one is listed, CPU", partial(_listed, service, first)
    keeper, view = RowKeeper(), ViewState()
    rows = partial(keeper.rows, jobs=(), now=1.0, wall=1.0)
    rows(snapshot, view)
    yield "rows of 5,120 machines when nothing changed, CPU", partial(rows, snapshot, view)

    def one_listed() -> None:
        _listed(service, first)
        rows(store.snapshot, view)

    yield "the same when one node was listed, merge included, CPU", one_listed
    filtered = ViewState(filter_text="vm !x99")
    yield "rows of 5,120 machines through a filter, CPU", partial(rows, snapshot, filtered)
    yield "alerts of 5,120 machines, CPU", partial(alerts, snapshot)
    some = list(snapshot.vms)[:300]
    intents = [Intent(Verb.STOP, key) for key in some]
    yield "plans to stop 300 machines, in slices, CPU", lambda: [*map(service.plan, intents)]
    wanted = [(snapshot.vms[key], None) for key in some]
    yield "plans to move 300 machines, in slices, CPU", lambda: [*service.batches.moves(wanted)]


def _listed(service: Service, key: NodeKey) -> None:
    """Let one node be listed anew, every domain with more CPU time, and merge."""
    store = service._store
    view = store.node(key)
    domains = tuple(replace(d, cpu_seconds=d.cpu_seconds + 1.0) for d in view.domains or ())
    percent = MappingProxyType(dict(view.cpu_percent))
    store._nodes[key] = replace(view, domains=domains, cpu_percent=percent)
    store._dirty.add(key.pool)
    store._rebuild()
