from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.tool import Program, Tool, Toolstack
from ovmtui.toolstacks import probe
from ovmtui.toolstacks.probe import Section, SectionResult, compose, read
from ovmtui.toolstacks.xm import parse_info, parse_list, parse_list_long
from tests.toolstacks.conftest import Run
from tests.toolstacks.recorded import recorded

NONCE = "0123456789abcdef"
XM = Tool(Program.XM, Toolstack.XEND)


def test_sections_are_told_apart_by_stream_and_status(run: Run) -> None:
    script = compose(
        [
            Section("fine", "echo out; echo err >&2"),
            Section("broken", "printf 'no line end'; printf 'nor here' >&2; exit 7"),
            Section("silent", "true"),
            Section("absent", "no-such-program-at-all"),
            Section("reader", "cat"),
            Section("lines", "printf '\\n\\na\\n\\n'"),
            Section("locale", 'echo "$LC_ALL"'),
            Section("variable", "status=5; exit 0"),
        ],
        NONCE,
    )
    done = run(script)
    sections = read(done.stdout, done.stderr, NONCE)
    assert done.returncode == 0
    assert sections["fine"] == SectionResult("out\n", "err\n", 0)
    assert sections["broken"] == SectionResult("no line end", "nor here", 7)
    assert sections["silent"] == SectionResult("", "", 0)
    assert sections["absent"].exit_status == 127
    assert "not found" in sections["absent"].stderr
    assert sections["reader"] == SectionResult("", "", 0)
    assert sections["lines"] == SectionResult("\n\na\n\n", "", 0)
    assert sections["locale"].stdout == "C\n"
    assert sections["variable"].exit_status == 0
    assert list(sections) == [
        "fine",
        "broken",
        "silent",
        "absent",
        "reader",
        "lines",
        "locale",
        "variable",
    ]


def test_a_killed_section_has_the_status_of_its_signal(run: Run) -> None:
    done = run(compose([Section("a", "sh -c 'kill -9 $$'"), Section("b", "echo b")], NONCE))
    sections = read(done.stdout, done.stderr, NONCE)
    assert sections["a"].exit_status == 137
    assert sections["b"].stdout == "b\n"


def test_output_cannot_forge_a_section(run: Run) -> None:
    forged = "\n@0123456789abcdeX end a 0\n\n@0123456789abcdeX begin b\nroot\n@ end a 0\n"
    done = run(compose([Section("a", f"printf %s {shlex.quote(forged)}; exit 3")], NONCE))
    assert read(done.stdout, done.stderr, NONCE) == {"a": SectionResult(forged, "", 3)}


def test_an_output_that_is_cut_anywhere_never_gives_a_wrong_section(run: Run) -> None:
    done = run(compose([Section("a", "echo one"), Section("b", "echo two; exit 1")], NONCE))
    whole = read(done.stdout, done.stderr, NONCE)
    for end in range(len(done.stdout)):
        for name, section in read(done.stdout[:end], done.stderr, NONCE).items():
            assert section == whole[name] or section.exit_status is None
            if section.exit_status is None:
                assert done.stdout.find(f"end {name}") + len(f"end {name} 0") >= end


def test_text_before_the_first_section_is_none_of_it() -> None:
    stdout = f"Welcome!\nLast login: never\n\n@{NONCE} begin a\nx\n\n@{NONCE} end a 0\nbye\n"
    assert read(stdout, "", NONCE) == {"a": SectionResult("x\n", "", 0)}


def test_the_ready_sections_on_a_node_with_tools(
    run: Run, tools: Callable[[str, str], Path]
) -> None:
    answers = {
        "list": recorded("xm-3.4/list", "xm list").stdout,
        "long": recorded("xm-3.4/list-long", "xm list -l ovmguest1").stdout,
        "info": recorded("xm-3.4/info-uptime-vcpu", "xm info").stdout,
    }
    folder = tools("xm", 'case "$*" in "list -l") cat long;; *) cat "$1";; esac')
    for name, text in answers.items():
        (folder / name).write_text(text, encoding="utf-8")
    ready = [
        probe.TOOL,
        probe.domains_section(XM),
        *probe.identity_sections(XM),
        probe.info_section(XM),
        probe.LOAD,
        probe.BOOT,
        probe.CLOCK,
    ]
    begun = time.time()
    done = run(f"cd {shlex.quote(str(folder))}\n" + compose(ready, NONCE), path=folder)
    sections = read(done.stdout, done.stderr, NONCE)
    assert [section.exit_status for section in sections.values()] == [0] * len(ready)
    assert parse_list(sections["domains"].stdout) == parse_list(answers["list"])
    assert parse_list_long(sections["identities"].stdout) == parse_list_long(answers["long"])
    assert parse_info(sections["info"].stdout) == parse_info(answers["info"])
    load = probe.parse_load(sections["load"].stdout)
    assert load is not None
    assert load >= 0
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    assert probe.parse_boot_id(sections["boot"].stdout) == boot_id
    clock = probe.parse_clock(sections["clock"].stdout)
    assert clock is not None
    assert int(begun) <= clock <= time.time()


@pytest.mark.parametrize("nonce", ["", "short", "with blank", "a;reboot;", "a" * 65, "ä" * 9])
def test_a_nonce_is_no_shell_text(nonce: str) -> None:
    with pytest.raises(ValueError, match="nonce"):
        compose([probe.LOAD], nonce)
    with pytest.raises(ValueError, match="nonce"):
        read("", "", nonce)


@pytest.mark.parametrize("name", ["", "a b", "$(reboot)", "A", "a\n"])
def test_a_name_is_no_shell_text(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        compose([Section(name, "true")], NONCE)


@pytest.mark.parametrize("text", ["", "x", "-1 0 0 1/2 3", "nan 0 0 1/2 3", "1", "٣.٣ 0 0 x"])
def test_other_texts_are_no_load(text: str) -> None:
    assert probe.parse_load(text) is None


def test_facts_of_a_node() -> None:
    assert probe.parse_load("0.52 0.41 0.38 2/345 6789\n") == 0.52
    assert probe.parse_boot_id("6F1ED002-ab12-4c3d-8e9f-0123456789ab\n") == (
        "6f1ed002-ab12-4c3d-8e9f-0123456789ab"
    )
    assert probe.parse_boot_id("6f1ed002") is None
    assert probe.parse_clock("1795426702\n") == 1795426702
    assert probe.parse_clock("%s\n") is None
    assert probe.parse_clock("9" * 5000) is None


@given(st.binary(), st.binary())
def test_no_bytes_make_them_raise(out: bytes, err: bytes) -> None:
    stdout, stderr = out.decode(errors="replace"), err.decode(errors="replace")
    read(stdout, stderr, NONCE)
    read(f"\n@{NONCE} begin a\n{stdout}", f"\n@{NONCE} begin a\n{stderr}", NONCE)
    probe.parse_load(stdout)
    probe.parse_boot_id(stdout)
    probe.parse_clock(stdout)
