"""What known_hosts says of a host, for every form in which OpenSSH writes it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import asyncssh
import pytest

from ovmtui.transport.hostkeys import KnownHosts, KnownKeys, add_host_key, one_line

KEY, OTHER = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
LINE, OTHER_LINE = one_line(KEY), one_line(OTHER)


def trusts(text: str, *names: str, port: int = 22) -> bool:
    keys = KnownKeys(text).of(names, port)
    return KEY.convert_to_public() in keys.trusted


def test_a_host_is_found_by_name_list_pattern_and_port() -> None:
    assert trusts(f"ovm1 {LINE} a comment\n", "ovm1")
    assert trusts(f"ovm1 {LINE}\n", "OVM1")
    assert trusts(f"x,ovm1,10.0.0.1 {LINE}", "ovm1")
    assert trusts(f"ovm* {LINE}", "ovm1")
    assert trusts(f"[ovm1]:2222 {LINE}", "ovm1", port=2222)
    assert trusts(f"ovm1 {LINE}", "ovm1", port=2222)
    assert not trusts(f"[ovm1]:2222 {LINE}", "ovm1")
    assert not trusts(f"ovm2 {LINE}", "ovm1")
    assert not trusts(f"ovm*,!ovm1 {LINE}", "ovm1")


def test_an_entry_with_the_port_goes_before_one_without() -> None:
    text = f"ovm1 {OTHER_LINE}\n[ovm1]:2222 {LINE}\n"
    assert KnownKeys(text).of(["ovm1"], 2222).trusted == (KEY.convert_to_public(),)
    assert not trusts(text, "ovm1")


def test_the_second_name_counts_only_while_the_first_is_unknown() -> None:
    text = f"real {OTHER_LINE}\nalias {LINE}\n"
    assert trusts(text, "alias", "real")
    assert not trusts(text, "real", "alias")
    assert trusts(text, "unknown", "alias")


def test_hashed_entries_are_found(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(f"ovm1 {LINE}\n[ovm2]:2222 {LINE}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", path], check=True, capture_output=True)
    text = path.read_text()
    assert "ovm" not in text
    assert trusts(text, "ovm1")
    assert trusts(text, "ovm2", port=2222)
    assert not trusts(text, "ovm3")


def test_a_revoked_key_is_known_as_such_under_every_form_of_the_name() -> None:
    for pattern in ("*", "ovm1", "[ovm1]:2222"):
        keys = KnownKeys(f"[ovm1]:2222 {LINE}\n@revoked {pattern} {LINE}\n").of(["ovm1"], 2222)
        assert KEY.convert_to_public() in keys.revoked
        keys = KnownKeys(f"@revoked {pattern} {LINE}\n").of(["ovm1"], 2222)
        assert KEY.convert_to_public() in keys.revoked
        assert keys.trusted == ()


def test_lines_that_make_no_sense_are_passed_over() -> None:
    text = f"nonsense\n@marker ovm1 {LINE}\n|1|broken {LINE}\n\n# comment\novm1 {LINE}\nx ssh-x A\n"
    assert trusts(text, "ovm1")


def test_a_changed_file_is_read_again_and_a_missing_one_knows_nobody(tmp_path: Path) -> None:
    known = KnownHosts(tmp_path / "ssh" / "known_hosts")
    assert known.read().of(["ovm1"], 22).trusted == ()
    add_host_key(known.path, "ovm1", 22, LINE)
    assert known.read().of(["ovm1"], 22).trusted == (KEY.convert_to_public(),)
    assert known.read() is known.read()
    add_host_key(known.path, "OVM1", 2222, OTHER_LINE)
    assert known.read().of(["ovm1"], 2222).trusted == (OTHER.convert_to_public(),)


def test_the_file_and_its_directory_belong_to_the_operator_alone(tmp_path: Path) -> None:
    path = tmp_path / "ssh" / "known_hosts"
    add_host_key(path, "ovm1", 22, LINE)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.read_text() == f"ovm1 {LINE}\n"


def test_what_is_appended_is_read_by_openssh(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(f"old {OTHER_LINE}")
    add_host_key(path, "fe80::1", 2222, LINE)
    found = subprocess.run(
        ["ssh-keygen", "-F", "[fe80::1]:2222", "-f", path],
        check=True,
        capture_output=True,
        text=True,
    )
    assert LINE in found.stdout
    assert trusts(path.read_text(), "fe80::1", port=2222)


@pytest.mark.parametrize(
    "host", ["two words", "line\nend", "*", "a,b", "!a", "@revoked", "|1|x|y", "#a", "[a]", ""]
)
def test_no_host_that_breaks_the_lines_is_written(tmp_path: Path, host: str) -> None:
    path = tmp_path / "known_hosts"
    with pytest.raises(ValueError, match="not a host key line"):
        add_host_key(path, host, 22, LINE)
    assert not path.exists()


def test_no_second_line_comes_with_a_key(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    with pytest.raises(ValueError, match="not a host key line"):
        add_host_key(path, "ovm1", 22, f"{LINE}\n* {OTHER_LINE}")
    assert not path.exists()
