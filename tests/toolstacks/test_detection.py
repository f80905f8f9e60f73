"""Which of a node's programs counts, as real shells find it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.tool import Program, Tool, Toolstack
from ovmtui.toolstacks.detection import (
    DETECTION_SCRIPT,
    Detected,
    chosen,
    informed,
    parse_detection,
)
from tests.toolstacks.conftest import Run
from tests.toolstacks.recorded import recorded

XEND = recorded("xm-4.4/all", "xm info").stdout
LIBXL = recorded("xl-4.17/info", "xl info").stdout
DOWN = recorded("xm-3.4/xend-down", "xm list")
BOTH = frozenset(Program)
Put = Callable[[str, str], Path]


def found(run: Run, folder: Path | None) -> Detected:
    done = run(DETECTION_SCRIPT, path=folder)
    detected = parse_detection(done.stdout).value
    assert detected is not None
    return detected


def printing(text: str, status: int = 0) -> str:
    return f"cat <<'END_OF_ANSWER'\n{text}END_OF_ANSWER\nexit {status}"


def test_without_any_program_nothing_is_known(run: Run, tools: Put) -> None:
    tool, why = chosen(found(run, tools("other", "true")))
    assert tool is None
    assert why == "neither xm nor xl is on the PATH there"


def test_a_lone_program_counts_and_is_not_called(run: Run, tools: Put, tmp_path: Path) -> None:
    called = tmp_path / "called"
    only_xl, _ = chosen(found(run, tools("xl", f"touch {called}")))
    assert only_xl == Tool(Program.XL, Toolstack.LIBXL, "xl is the only program")
    (tools("xl", "") / "xl").unlink()
    only_xm, _ = chosen(found(run, tools("xm", f"touch {called}")))
    assert only_xm is not None
    assert (only_xm.program, only_xm.toolstack) == (Program.XM, Toolstack.UNKNOWN)
    assert not called.exists()


def test_with_both_the_living_xend_counts(run: Run, tools: Put) -> None:
    tools("xl", "exit 1")
    tool, _ = chosen(found(run, tools("xm", printing(XEND))))
    assert tool == Tool(Program.XM, Toolstack.XEND, "xm and xl are there, and xend answers")


def test_an_xm_that_hands_on_is_passed_over(run: Run, tools: Put) -> None:
    tools("xl", printing(LIBXL))
    tool, _ = chosen(found(run, tools("xm", 'exec xl "$@"')))
    assert tool == Tool(Program.XL, Toolstack.LIBXL, "xm hands on to xl")


def test_with_both_and_no_xend_it_is_xl(run: Run, tools: Put) -> None:
    tools("xl", printing(LIBXL))
    down = tools("xm", f"{printing(DOWN.stderr, DOWN.exit_status)}")
    tool, _ = chosen(found(run, down))
    assert tool == Tool(Program.XL, Toolstack.LIBXL, "xm and xl are there, and no xend runs")


def test_a_xend_in_trouble_stays_in_charge() -> None:
    trouble = Detected(BOTH, trace_of_xend=True, answer=DOWN.stderr, status=1)
    tool, _ = chosen(trouble)
    assert tool is not None
    assert (tool.program, tool.toolstack) == (Program.XM, Toolstack.XEND)


@pytest.mark.parametrize(
    "answer",
    ["", "Error: (5, 'Input/output error')\n", "Traceback (most recent call last):\n", "\x00"],
)
def test_an_answer_that_tells_nothing_decides_nothing(answer: str) -> None:
    tool, why = chosen(Detected(BOTH, answer=answer, status=1))
    assert tool is None
    assert "does not tell" in why


def test_a_lone_xm_tells_by_its_facts_what_it_is_and_keeps_it() -> None:
    lone = frozenset({Program.XM})
    first, _ = chosen(Detected(lone))
    assert first is not None
    assert informed(first, Toolstack.UNKNOWN) is first
    shim = informed(first, Toolstack.LIBXL)
    assert (shim.program, shim.toolstack) == (Program.XM, Toolstack.LIBXL)
    assert chosen(Detected(lone), shim) == (shim, "")


@given(st.text(alphabet="abefnorswtuxlmd 0123456789\n"), st.integers(0, 200))
def test_a_cut_answer_is_none(text: str, cut: int) -> None:
    whole = f"found xm\nfound xl\n{text}\nanswered 1\nasked\n"
    part = whole[: min(cut, len(whole) - 2)]
    parsed = parse_detection(part)
    assert parsed.value is None or part.rstrip("\n").endswith("\nasked")
