"""The first configuration file: what is written loads, and nothing is overwritten."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.config.initial import node_of, render, write_initial
from ovmtui.config.load import load
from ovmtui.config.paths import journal_path, log_path, state_directory
from ovmtui.config.schema import Node
from ovmtui.errors import ConfigurationError, UsageError


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("ovm1", Node(name="ovm1")),
        ("ovm1.example.com", Node(name="ovm1.example.com")),
        ("root@ovm1:2222", Node(name="ovm1", port=2222, user="root")),
        ("192.0.2.1:22", Node(name="192.0.2.1", port=22)),
        (
            "[2001:db8::1]:22",
            Node(name="2001-db8-1", host="2001:db8::1", relocation_host="2001:db8::1", port=22),
        ),
        (
            "a@[fe80::1%eth0]",
            Node(name="fe80-1-eth0", host="fe80::1%eth0", relocation_host="fe80::1%eth0", user="a"),
        ),
        (
            "2001:db8::22",
            Node(name="2001-db8-22", host="2001:db8::22", relocation_host="2001:db8::22"),
        ),
        ("::1", Node(name="1", host="::1", relocation_host="::1")),
    ],
)
def test_hosts_are_read_as_ssh_users_write_them(text: str, node: Node) -> None:
    assert node_of(text) == node


@pytest.mark.parametrize("text", ["", "a b", "-x", "a:", "a:0", "a:70000", "a:b", "@a", 'a"b', "é"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no host: write HOST, USER@HOST"):
        node_of(text)


def test_what_is_written_loads_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "ovmtui.toml"
    write_initial(path, render(["ovm1", "root@[2001:db8::1]:2222"], pool="east"))
    members = load(path).pools["east"].members
    assert members[0] == Node(name="ovm1")
    assert members[1] == Node(
        name="2001-db8-1", host="2001:db8::1", relocation_host="2001:db8::1", port=2222, user="root"
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@given(st.from_regex(r"([a-z.]{0,3}@)?(\[[0-9a-f:.]{1,9}\]|[a-z0-9:.-]{1,9})(:[0-9]{1,5})?"))
def test_every_host_that_is_accepted_gives_a_file_that_loads(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    try:
        node = node_of(text)
    except UsageError:
        return
    path = tmp_path_factory.getbasetemp() / "ovmtui.toml"
    path.write_text(render([text]))
    assert load(path).pools["pool1"].members == (node,)


def test_several_ports_of_one_address_are_nodes_with_names_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "ovmtui.toml"
    path.write_text(render(["ovm1=root@gate:2201", "ovm2=gate:2202"]))
    first, second = load(path).pools["pool1"].members
    assert (first.name, first.host, first.port, first.user) == ("ovm1", "gate", 2201, "root")
    assert (second.name, second.host, second.port) == ("ovm2", "gate", 2202)
    assert first.relocation_host is None, "the other nodes know it by its name"
    with pytest.raises(UsageError, match=r"`gate` is named twice; .* need names"):
        render(["gate:2201", "gate:2202"])


def test_a_name_that_was_made_of_an_address_is_not_what_other_nodes_call_it() -> None:
    assert node_of("2001:db8::1").relocation_host == "2001:db8::1"
    assert node_of("192.0.2.12").relocation_host is None


def test_the_same_host_twice_or_none_is_refused() -> None:
    with pytest.raises(UsageError, match="`ovm1` is named twice"):
        render(["ovm1", "root@ovm1"])
    with pytest.raises(UsageError, match="at least one host"):
        render([])


def test_a_pool_with_a_dot_in_its_name_is_one_pool(tmp_path: Path) -> None:
    path = tmp_path / "ovmtui.toml"
    path.write_text(render(["ovm1"], pool="east.1"))
    assert list(load(path).pools) == ["east.1"]
    with pytest.raises(UsageError, match="is no pool's name"):
        render(["ovm1"], pool="a]\nb")


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "ovmtui.toml"
    path.write_text("mine")
    with pytest.raises(ConfigurationError, match="left as it is"):
        write_initial(path, "other")
    assert path.read_text() == "mine"
    with pytest.raises(ConfigurationError, match=r"/ovmtui\.toml: there is a file already"):
        write_initial(path / "below", "other")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_initial(Path("/proc/nowhere/ovmtui.toml"), "other")


def test_state_is_private_and_where_xdg_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert journal_path() == tmp_path / "state" / "ovmtui" / "journal.sqlite3"
    assert log_path().parent == state_directory()
    assert stat.S_IMODE(state_directory().stat().st_mode) == 0o700
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(ConfigurationError, match=r"set \$XDG_STATE_HOME"):
        journal_path()
