"""Arguments are looked at before anything is started, and before a terminal is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ovmtui.cli.main import main
from ovmtui.cli.playing import SCENARIOS
from ovmtui.simulator import scenarios


@pytest.fixture(autouse=True)
def own_directories(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def test_the_scenarios_are_those_of_the_simulated_pool() -> None:
    assert set(SCENARIOS) == {*scenarios.SCENARIOS, scenarios.TWO_GENERATIONS}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("demo", "--scenario", "nope"), "dead-node"),
        (("demo", "--check", "--scenario", "nope"), "dead-node"),
        (("demo", "--speed", "0"), "more than 0"),
        (("demo", "--speed", "fast"), "invalid speed value: 'fast'"),
    ],
)
def test_what_the_demo_cannot_play_is_said_with_what_it_can(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert said in told
    assert "ovmtui.simulator" not in told
    assert "terminal" not in told


@pytest.mark.parametrize("rest", [("--check",), ()])
def test_a_theme_that_is_not_there_is_refused(
    rest: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("--theme", "nope", "demo", *rest)) == 2
    assert "there is no theme nope: ovmtui-16" in capsys.readouterr().err


def test_help_of_the_demo_lists_the_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(("demo", "--help"))
    told = capsys.readouterr().out.replace("\n", " ")
    assert all(name.split("-")[0] in told for name in SCENARIOS)
