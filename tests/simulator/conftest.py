from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ovmtui.simulator.spec import PoolSpec
from tests.simulator.bench import Bench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Callable[[PoolSpec], Bench]]:
    built: list[Bench] = []

    def build(spec: PoolSpec) -> Bench:
        built.append(Bench(spec, tmp_path))
        return built[-1]

    yield build
    for one in built:
        await one.close()
