"""What is published, and what of a listing that says what the last one said."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from ovmtui.model.identity import NodeKey
from ovmtui.model.node import NodeView, Reach
from ovmtui.model.snapshot import PoolView, Snapshot
from ovmtui.runtime.clock import SystemClock
from ovmtui.runtime.store import Store
from tests.plan.pools import POOL, VM, domain, node

NODE = NodeKey(POOL, "ovm1")


def store() -> Store:
    return Store([PoolView(POOL, POOL, (NODE,))], SystemClock())


def listed_again(view: NodeView) -> NodeView:
    """The same answer, read anew: equal, but other objects."""
    assert view.domains is not None
    assert view.listed_at is not None
    return replace(
        view,
        domains=tuple(replace(one) for one in view.domains),
        cpu_percent=dict(view.cpu_percent),
        listed_at=view.listed_at + 5.0,
        latency_ms=7.0,
        load=0.7,
    )


async def heard() -> tuple[Store, NodeView, asyncio.Queue[Snapshot]]:
    """Return a store with one listed node, the node, and what its listener is told from now on."""
    kept, view = store(), node("ovm1", domain())
    told: asyncio.Queue[Snapshot] = asyncio.Queue()
    kept.listen(lambda old, new: told.put_nowait(new))
    kept.set_node(view)
    await told.get()
    return kept, view, told


async def test_a_listing_that_says_the_same_leaves_the_machines_and_makes_its_time_new() -> None:
    kept, view = store(), node("ovm1", domain())
    kept.set_node(view)
    before = kept.snapshot
    kept.set_node(listed_again(view))
    after = kept.snapshot
    assert after.vms is before.vms
    assert after.nodes[NODE].listed_at == listed_again(view).listed_at
    assert after.nodes[NODE].load == 0.7
    assert after.is_but_measured_anew(before)


async def test_measures_alone_are_no_news_and_a_lost_connection_is() -> None:
    kept, view, told = await heard()
    kept.set_node(listed_again(view))
    assert kept.snapshot.nodes[NODE].load == 0.7
    assert told.empty(), "measures alone are no news"
    gone = replace(view, reach=Reach.UNREACHABLE, problem="connection lost")
    kept.set_node(gone)
    news = await told.get()
    assert not news.nodes[NODE].certain
    assert news.vms[VM].state.value == "unknown"
    kept.close()


async def test_measures_are_told_in_the_end() -> None:
    kept, view, told = await heard()
    kept.set_node(listed_again(view))
    assert (await told.get()).nodes[NODE].load == 0.7
    kept.close()
