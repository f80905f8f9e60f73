"""What the consoles of one user share on disk: what they keep, and their themes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ovmtui.cli.personal import KeptPreferences, watch_themes
from ovmtui.config import paths
from ovmtui.runtime.statefile import StateFile
from ovmtui.ui.preferences import Preferences, merge, read_preferences


@pytest.fixture(autouse=True)
def own_directories(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def on_disk() -> Preferences:
    return read_preferences(StateFile(paths.state_directory() / "view.json").read())


async def keeping(kept: KeptPreferences, **changes: object) -> None:
    kept.keep(replace(kept.known, **changes))  # type: ignore[arg-type]  # fields by name
    await kept.close()


async def test_two_consoles_keep_what_each_has_changed() -> None:
    first, second = KeptPreferences(), KeptPreferences()
    await keeping(first, filters={"1": "ha:off"}, commands=("jobs", "stop web01"), sort="mem")
    await keeping(second, filters={"2": "node:ovm1"}, commands=("nodes",), group="node")
    await keeping(first, commands=("stop web01", "jobs"))
    found = on_disk()
    assert dict(found.filters) == {"1": "ha:off", "2": "node:ovm1"}
    assert (found.sort, found.group) == ("mem", "node")
    assert found.commands == ("stop web01", "nodes", "jobs")


async def test_what_could_not_be_written_is_tried_again() -> None:
    kept = KeptPreferences(delay=0.01)
    directory = paths.state_directory()
    file = directory / "view.new"
    file.mkdir()  # in the way of what is written first
    kept.keep(replace(kept.known, sort="mem"))
    await asyncio.to_thread(kept.write)
    assert on_disk().sort == "name"
    file.rmdir()
    assert kept._writing is not None
    await kept._writing
    assert on_disk().sort == "mem"


lines = st.lists(st.sampled_from("abcdef"), unique=True, max_size=6).map(tuple)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(before=lines, entered=st.lists(st.sampled_from("abcdefgh"), max_size=5), there=lines)
def test_no_line_that_was_entered_is_lost(
    before: tuple[str, ...], entered: list[str], there: tuple[str, ...]
) -> None:
    after = before
    for line in entered:
        after = (*(other for other in after if other != line), line)
    document = {"commands": list(there)}
    merge(document, Preferences(commands=before), Preferences(commands=after))
    found = document["commands"]
    assert set(there) | set(entered) <= set(found) | set(before)
    assert set(there) <= set(found)
    assert len(found) == len(set(found))
    if after != before:
        assert found[-1] == after[-1]


async def test_a_failing_look_at_the_themes_is_not_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    directory = paths.user_theme_directory()
    directory.mkdir(parents=True)
    (directory / "own.toml").write_text("one")
    seen: asyncio.Queue[Mapping[str, str]] = asyncio.Queue()
    failing = asyncio.Event()
    is_dir = Path.is_dir

    def fails(path: Path) -> bool:
        if path == directory and not failing.is_set():
            loop.call_soon_threadsafe(failing.set)
            raise PermissionError(13, "not now")
        return is_dir(path)

    loop = asyncio.get_running_loop()
    watching = asyncio.create_task(watch_themes(seen.put_nowait, every=0.01))
    try:
        await asyncio.sleep(0)
        monkeypatch.setattr(Path, "is_dir", fails)
        await failing.wait()
        (directory / "own.toml").write_text("another")
        files = await asyncio.wait_for(seen.get(), 30)
        assert [*files.values()] == ["another"]
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
