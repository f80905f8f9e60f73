"""What a shell on a node makes of a command is exactly the arguments that were meant."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ovmtui.model.command import Command
from ovmtui.model.tool import Program, Tool
from ovmtui.toolstacks import ovmcli
from ovmtui.toolstacks.domaintool import DomainTool
from ovmtui.transport.bound import bound_script
from ovmtui.transport.session import SshSession
from tests.transport.nodes import Heard

TELL = "import os, sys; os.write(1, b'\\0'.join(map(os.fsencode, sys.argv[1:])) + b'\\0\\n')"
"""A program that tells its arguments."""
NASTY = (
    "-rf",
    "--help",
    "",
    " ",
    "a b",
    "'",
    '"',
    "'; touch PWNED; '",
    "$(touch PWNED)",
    "`touch PWNED`",
    "${IFS}$HOME",
    "a\nb\ntouch PWNED\n",
    "\\",
    "\\\n",
    "*?[a-z]",
    "~root",
    "!!",
    "a;b&c|d>PWNED<f",
    "#",
    "=x",
    "\x1b[2J",
    "\x7f\x01\x03\x04\x1a\x16",
    "\u202egnp.exe",
    "仮想",
    "\r\n",
    "{a,b}",
    "/var/ovs/mount/X/running_pool/a b'c$(id)\n\"d/vm.cfg",
    "OVMTUI_JOB",
    "%s%n",
)
WORDS = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60),
    st.text(st.sampled_from("'\"\\$`\n ;&|<>(){}*?!#~-=\t\r"), max_size=20),
)
SHELLS = ("dash", "bash")


def telling(words: tuple[str, ...]) -> Command:
    return Command((sys.executable, "-c", TELL, *words))


def heard(said: bytes) -> tuple[str, ...]:
    assert said.endswith(b"\0\n") or said == b"\0\n"
    return tuple(word.decode("utf-8", "surrogateescape") for word in said[:-2].split(b"\0"))


@pytest.mark.parametrize("shell", SHELLS)
@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=6))
def test_a_shell_sees_the_words_that_were_meant(shell: str, words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        script = telling(tuple(words)).script
        done = subprocess.run([shell, "-c", script], capture_output=True, cwd=place, check=True)
        assert heard(done.stdout) == tuple(words)
        assert list(Path(place).iterdir()) == []


@pytest.mark.parametrize("shell", SHELLS)
@settings(max_examples=25, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4))
def test_so_does_one_behind_the_wrapper(shell: str, words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        script = bound_script(telling(tuple(words)).script, secret=False)
        # Its input stays open, as a connection does: the end of it would end the command.
        near, far = os.pipe()
        try:
            done = subprocess.run(
                [shell, "-c", script], capture_output=True, cwd=place, stdin=near, timeout=60
            )
        finally:
            os.close(near)
            os.close(far)
        assert heard(done.stdout) == tuple(words)
        assert list(Path(place).iterdir()) == []


async def test_a_node_sees_them_whichever_way_they_go(shell_session: SshSession) -> None:
    meant = tuple(NASTY)
    result = await shell_session.run(telling(meant).script, timeout=30)
    assert heard(result.stdout.encode()) == meant
    said = Heard()
    ended = await shell_session.run_detached(
        "argv-1", telling(meant).script, timeout=30, on_output=said.take
    )
    assert ended.exit_status == 0
    assert heard(said.text().encode()) == meant
    listed = await shell_session.run("ls -a", timeout=30)
    assert "PWNED" not in listed.stdout


async def test_a_secret_with_every_special_character_arrives_whole(
    shell_session: SshSession,
) -> None:
    secret = "p'a\"s$(touch PWNED)`s`\\w!#~ *;&|<>%\u00e9"
    script = f"{sys.executable} -c 'import sys; print(ascii(sys.argv[1]))' \"$OVMTUI_SECRET\""
    result = await shell_session.run(script, timeout=30, secret=secret)
    assert result.stdout.strip() == ascii(secret)
    said = Heard()
    await shell_session.run_detached(
        "secret-1", script, timeout=30, secret=secret, on_output=said.take
    )
    assert said.text().strip() == ascii(secret)


TOOLS = [DomainTool(tool) for tool in (Tool(Program.XM), Tool(Program.XL))]


@pytest.mark.parametrize("name", ["-rf", "--help", "-", "", "Domain-0"])
@pytest.mark.parametrize("tool", TOOLS)
def test_what_looks_like_an_option_is_no_name(tool: DomainTool, name: str) -> None:
    for build in (tool.shutdown, tool.pause, tool.reboot):
        with pytest.raises(ValueError, match=r"not a name|control domain|no guest"):
            build(name)
    if name != "Domain-0":
        with pytest.raises(ValueError, match="not a name"):
            ovmcli.vm_info_command(("ovm",), "admin", "pool1", name)


@pytest.mark.parametrize("path", ["-f", "vm.cfg", "../vm.cfg", "", "--help"])
@pytest.mark.parametrize("tool", TOOLS)
def test_what_is_created_has_an_absolute_path(tool: DomainTool, path: str) -> None:
    with pytest.raises(ValueError, match="not an absolute path"):
        tool.create(path)
