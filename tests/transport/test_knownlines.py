"""Replacing what known_hosts has of a host."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from ovmtui.transport.hostkeys import KnownKeys, add_host_key, one_line
from ovmtui.transport.knownlines import change_of, comment_of, known_lines, replace_host_key

OLD, NEW, THIRD = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(3))
OLD_LINE, NEW_LINE, THIRD_LINE = map(one_line, (OLD, NEW, THIRD))
NOW = 1_800_000_000.0
NAME = "[10.0.0.3]:2222"


def replaced(path: Path, name: str = NAME) -> str:
    change = change_of(path, name, NEW.convert_to_public(), NEW_LINE)
    replace_host_key(path, change, now=NOW, who="alice")
    return path.read_text()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "known_hosts"


def test_the_old_line_stays_as_a_comment_and_all_others_as_they_are(path: Path) -> None:
    before, after = "# mine\nother ssh-ed25519 AAAA x \n", f"last {THIRD_LINE}"
    path.write_text(f"{before}{NAME} {OLD_LINE} since ever\n{after}")
    path.chmod(0o640)
    text = replaced(path)
    assert text.startswith(before)
    assert text.endswith(after)
    assert f"by alice: {NAME} {OLD_LINE} since ever\n" in text
    assert KnownKeys(text).named(NAME) == (NEW.convert_to_public(),)
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(path.parent) == ["known_hosts"]
    (entry,) = known_lines(path, NAME)
    assert (entry.line, entry.since) == (4, "2027-01-15T08:00Z")


def test_hashed_lines_are_found_told_by_number_and_stay_hashed(path: Path) -> None:
    path.write_text(f"first {THIRD_LINE}\n{NAME} {OLD_LINE}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", path], check=True, capture_output=True)
    change = change_of(path, NAME, NEW.convert_to_public(), NEW_LINE)
    (entry,) = change.entries
    assert (entry.place, entry.hashed) == (f"{path}:2", True)
    assert entry.fingerprint == OLD.get_fingerprint()
    text = replaced(path)
    active = [line for line in text.splitlines() if not line.startswith("#")]
    assert "10.0.0.3" not in "".join(active)
    found = subprocess.run(
        ["ssh-keygen", "-F", NAME, "-f", path], check=True, capture_output=True, text=True
    )
    assert NEW_LINE in found.stdout
    assert OLD_LINE not in found.stdout


def test_the_other_names_of_the_line_keep_their_key(path: Path) -> None:
    path.write_text(f"ovm3,{NAME},ovm3.example.com {OLD_LINE}\n")
    keys = KnownKeys(replaced(path))
    assert keys.named(NAME) == (NEW.convert_to_public(),)
    assert keys.named("ovm3") == keys.named("ovm3.example.com") == (OLD.convert_to_public(),)


def test_every_key_of_the_host_goes(path: Path) -> None:
    path.write_text(f"{NAME} {OLD_LINE}\n{NAME} {THIRD_LINE}\n")
    assert KnownKeys(replaced(path)).named(NAME) == (NEW.convert_to_public(),)


@pytest.mark.parametrize("pattern", ["10.0.0.*", "*,!other", "[10.0.0.?]:2222"])
def test_a_pattern_for_many_hosts_is_left_to_a_person(path: Path, pattern: str) -> None:
    path.write_text(f"{pattern} {OLD_LINE}\n")
    name = NAME if "[" in pattern else "10.0.0.3"
    before = path.read_text()
    with pytest.raises(ValueError, match=r"known_hosts:1 is for more hosts"):
        replaced(path, name)
    assert path.read_text() == before


def test_a_file_that_has_changed_since_it_was_shown_is_left_alone(path: Path) -> None:
    path.write_text(f"{NAME} {OLD_LINE}\n")
    change = change_of(path, NAME, NEW.convert_to_public(), NEW_LINE)
    path.write_text(f"{NAME} {THIRD_LINE}\n")
    with pytest.raises(ValueError, match="look anew"):
        replace_host_key(path, change, now=NOW, who="alice")
    assert path.read_text() == f"{NAME} {THIRD_LINE}\n"


def test_a_revoked_key_is_never_accepted(path: Path) -> None:
    path.write_text(f"{NAME} {OLD_LINE}\n@revoked * {NEW_LINE}\n")
    before = path.read_text()
    with pytest.raises(ValueError, match="revoked"):
        replaced(path)
    assert path.read_text() == before


def test_a_link_is_followed_and_bytes_that_are_no_text_are_kept(path: Path) -> None:
    real = path.with_name("real")
    real.write_bytes(b"# caf\xe9\n" + f"{NAME} {OLD_LINE}\n".encode())
    path.symlink_to(real)
    change = change_of(path, NAME, NEW.convert_to_public(), NEW_LINE)
    replace_host_key(path, replace(change), now=NOW, who="alice\nbob")
    assert path.is_symlink()
    assert real.read_bytes().startswith(b"# caf\xe9\n# replaced ")
    assert b"\nbob" not in real.read_bytes()


def test_an_accepted_key_says_since_when(path: Path) -> None:
    add_host_key(path, "ovm1", 22, OLD_LINE, comment=comment_of(NOW, "alice as root"))
    (entry,) = known_lines(path, "ovm1")
    assert entry.since == "2027-01-15T08:00Z"
    assert "alice_as_root" in path.read_text()
