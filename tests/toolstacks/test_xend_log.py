from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.toolstacks.probe import (
    follow_xend_log_script,
    parse_migration_progress,
    xend_log_tail_script,
)

PREFIX = "[2026-11-23 11:10:39 1771] INFO (XendCheckpoint:417) "


@pytest.mark.parametrize(
    ("line", "percent"),
    [
        ("Saving memory pages: iter 1   0%", 0),
        (PREFIX + "Saving memory pages: iter 12  41%", 41),
        ("Saving memory pages: iter 1   0%\b\b\b\b  5%\b\b\b\b 95%", 95),
        ("Saving memory pages: iter 1   0%rate limit: 320 mbit/s burst budget 102400", 0),
        ("Saving memory pages: iter 3 100%: sent 12, skipped 3", 100),
        ("Saving memory pages: iter 3 999%", None),
        ("Saving memory pages: iter 3", None),
        ("Save exit rc=1 100%", None),
        ("", None),
    ],
)
def test_percentages(line: str, percent: int | None) -> None:
    assert parse_migration_progress(line) == percent


@given(st.binary())
def test_no_bytes_make_it_raise(data: bytes) -> None:
    parse_migration_progress("Saving memory pages: iter 1 " + data.decode(errors="replace"))


def test_the_scripts_only_read() -> None:
    assert xend_log_tail_script(12) == "LC_ALL=C tail -n 12 /var/log/xen/xend.log"
    assert xend_log_tail_script(-3) == "LC_ALL=C tail -n 1 /var/log/xen/xend.log"
    assert "tail -n 0 -F /var/log/xen/xend.log" in follow_xend_log_script()
