"""Where the state is kept: for its owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ovmtui.config.paths import state_directory
from ovmtui.errors import ConfigurationError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_made_for_its_owner_alone_and_so_is_what_it_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "local" / "state"))
    assert mode(state_directory()) == 0o700
    assert mode(tmp_path / "local") == 0o700


def test_one_that_stands_open_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "ovmtui").mkdir(mode=0o755)
    (tmp_path / "ovmtui").chmod(0o777)
    assert mode(state_directory()) == 0o700


def test_one_of_somebody_else_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "ovmtui").mkdir(mode=0o700)
    another = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: another)
    with pytest.raises(ConfigurationError, match="belongs to somebody else"):
        state_directory()


def test_one_that_cannot_be_made_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(ConfigurationError, match=r"\$XDG_STATE_HOME"):
        state_directory()
