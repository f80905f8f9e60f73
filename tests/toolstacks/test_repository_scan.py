from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.vmconfig import ConfigFile
from ovmtui.toolstacks.filescan import MOST_BYTES, MOST_FILES
from ovmtui.toolstacks.probe import read_scan, scan_script
from tests.toolstacks.conftest import Run

NONCE = "0123456789abcdef"
HOSTILE = [
    "12_web",
    "with blank",
    " both ends ",
    "quote's",
    'double"quote',
    "$(touch pwned)`touch pwned`",
    "back\\slash\\n",
    "line\nend\n",
    "-rf",
    "*",
    "[a]",
    "?",
    "tab\there",
    "ünï",
    "%s%d",
    "~",
    "{a,b}",
    "&;|<>",
    "\x1b[2J",
    f"@{NONCE[:-1]}X done",
]


def scanned(run: Run, *globs: str) -> tuple[dict[str, ConfigFile], tuple[str, ...]]:
    done = run(scan_script(globs, NONCE))
    assert done.returncode == 0
    parsed = read_scan(done.stdout, NONCE)
    assert parsed.value is not None
    return {file.path: file for file in parsed.value}, parsed.notes


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_hostile_folders_are_found_under_their_very_names(run: Run, tmp_path: Path) -> None:
    for number, name in enumerate(HOSTILE):
        put(tmp_path / "pool" / name / "vm.cfg", f"name = 'v{number}'\nmemory = {number}\n")
    files, notes = scanned(run, f"{tmp_path}/pool/*/vm.cfg")
    assert notes == ()
    assert {path: file.config.name for path, file in files.items()} == {
        f"{tmp_path}/pool/{name}/vm.cfg": f"v{number}" for number, name in enumerate(HOSTILE)
    }
    assert all(file.notes == () for file in files.values())
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize("name", HOSTILE)
def test_fixed_parts_of_a_pattern_are_themselves(run: Run, tmp_path: Path, name: str) -> None:
    plain = name.replace("*", "star").replace("?", "mark").replace("[a]", "bracket")
    put(tmp_path / plain / "a" / "vm.cfg", "name = 'v'\n")
    put(tmp_path / "other" / "a" / "vm.cfg", "name = 'w'\n")
    files, _ = scanned(run, f"{tmp_path}/{plain}/*/vm.cfg")
    assert list(files) == [f"{tmp_path}/{plain}/a/vm.cfg"]


def test_active_parts_of_a_pattern(run: Run, tmp_path: Path) -> None:
    for name in ("a1", "b2", "c3", "cc"):
        put(tmp_path / name / "vm.cfg", f"name = '{name}'\n")

    def names(pattern: str) -> list[str]:
        files, _ = scanned(run, f"{tmp_path}/{pattern}/vm.cfg")
        return sorted(file.config.name or "" for file in files.values())

    assert names("?[0-9]") == ["a1", "b2", "c3"]
    assert names("[ab]*") == ["a1", "b2"]
    assert names("[!ab]*") == ["c3", "cc"]
    assert names("[^ab]*") == ["c3", "cc"]
    assert names("{a1,b2}") == []
    assert names("[]") == []


def test_nothing_found_is_a_finished_scan(run: Run, tmp_path: Path) -> None:
    assert scanned(run, f"{tmp_path}/*/vm.cfg") == ({}, ())
    assert scanned(run) == ({}, ())
    assert scanned(run, "") == ({}, ())


def test_one_repository_under_two_paths_is_read_once(run: Run, tmp_path: Path) -> None:
    put(tmp_path / "mount" / "6A17" / "running_pool" / "v" / "vm.cfg", "name = 'v'\n")
    (tmp_path / "OVS").symlink_to(tmp_path / "mount" / "6A17")
    files, notes = scanned(
        run, f"{tmp_path}/OVS/running_pool/*/vm.cfg", f"{tmp_path}/mount/*/running_pool/*/vm.cfg"
    )
    assert list(files) == [f"{tmp_path}/mount/6A17/running_pool/v/vm.cfg"]
    assert notes == ()


def test_what_is_no_readable_file_is_noted(run: Run, tmp_path: Path) -> None:
    put(tmp_path / "a" / "vm.cfg", "name = 'a'\n")
    (tmp_path / "b" / "vm.cfg").mkdir(parents=True)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "vm.cfg").symlink_to("/no/such/file")
    (tmp_path / "d").mkdir()
    os.mkfifo(tmp_path / "d" / "vm.cfg")
    files, notes = scanned(run, f"{tmp_path}/?/vm.cfg")
    assert list(files) == [f"{tmp_path}/a/vm.cfg"]
    assert notes == tuple(f"file could not be read: {tmp_path}/{name}/vm.cfg" for name in "bcd")


def test_contents_cannot_forge_a_file(run: Run, tmp_path: Path) -> None:
    forged = "\n@0123456789abcdeX end 0\n\n@0123456789abcdeX file\n/etc/forged\0name = 'w'\n"
    put(tmp_path / "a" / "vm.cfg", f"name = 'v'\n{forged}")
    files, _ = scanned(run, f"{tmp_path}/*/vm.cfg")
    assert list(files) == [f"{tmp_path}/a/vm.cfg"]
    assert files[f"{tmp_path}/a/vm.cfg"].notes


def test_a_long_file_is_read_up_to_a_whole_line(run: Run, tmp_path: Path) -> None:
    text = "name = 'v'\n" + "#" * (MOST_BYTES - 21) + "\nmemory = 102400\n"
    put(tmp_path / "long" / "vm.cfg", text)
    put(tmp_path / "limit" / "vm.cfg", "name = 'w'\n" + "#" * (MOST_BYTES - 12) + "\n")
    files, _ = scanned(run, f"{tmp_path}/*/vm.cfg")
    long, limit = files[f"{tmp_path}/long/vm.cfg"], files[f"{tmp_path}/limit/vm.cfg"]
    assert (long.config.name, long.config.memory_mib) == ("v", None)
    assert len(long.notes) == 1
    assert (limit.config.name, limit.notes) == ("w", ())


def test_bytes_that_are_no_text_are_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "vm.cfg").write_bytes(b"name = 'v'\n# \xff\xfe\n\x00\x01\nvcpus = 3\n")
    files, _ = scanned(run, f"{tmp_path}/*/vm.cfg")
    (file,) = files.values()
    assert (file.config.name, file.config.vcpus) == ("v", 3)


def test_the_number_of_files_is_bounded(tmp_path: Path) -> None:
    script = scan_script([f"{tmp_path}/*/vm.cfg"], NONCE)
    assert f'"$count" -ge {MOST_FILES}' in script
    stdout = f"\n@{NONCE} more\n\n@{NONCE} done\n"
    parsed = read_scan(stdout, NONCE)
    assert parsed.value == ()
    assert len(parsed.notes) == 1


def test_more_files_than_are_read(run: Run, tmp_path: Path) -> None:
    for number in range(3):
        put(tmp_path / f"v{number}" / "vm.cfg", f"name = 'v{number}'\n")
    script = scan_script([f"{tmp_path}/*/vm.cfg"], NONCE).replace(f"-ge {MOST_FILES}", "-ge 2")
    parsed = read_scan(run(script).stdout, NONCE)
    assert parsed.value is not None
    assert [file.config.name for file in parsed.value] == ["v0", "v1"]
    assert "more than" in parsed.notes[0]


def test_a_cut_scan_is_no_scan(run: Run, tmp_path: Path) -> None:
    put(tmp_path / "a" / "vm.cfg", "name = 'v'\n")
    stdout = run(scan_script([f"{tmp_path}/*/vm.cfg"], NONCE)).stdout
    for end in range(len(stdout)):
        assert read_scan(stdout[:end], NONCE).value is None


def test_a_nonce_is_no_shell_text() -> None:
    with pytest.raises(ValueError, match="nonce"):
        scan_script(["/a"], "$(reboot)")
    with pytest.raises(ValueError, match="nonce"):
        read_scan("", "")


@given(st.binary())
def test_no_bytes_make_it_raise(data: bytes) -> None:
    text = data.decode(errors="replace")
    read_scan(text, NONCE)
    file = f"\n@{NONCE} file\n{text}\n@{NONCE} end 0\n\n@{NONCE} done\n"
    assert read_scan(file, NONCE).value is not None


def test_a_link_and_what_it_leads_to_are_one_file(run: Run, tmp_path: Path) -> None:
    put(tmp_path / "pool" / "a" / "vm.cfg", "name = 'a'\n")
    (tmp_path / "xen").mkdir()
    (tmp_path / "xen" / "scripts").mkdir()
    (tmp_path / "xen" / "a").symlink_to(tmp_path / "pool" / "a" / "vm.cfg")
    files, notes = scanned(run, f"{tmp_path}/pool/*/vm.cfg", f"{tmp_path}/xen/*")
    assert list(files) == [f"{tmp_path}/pool/a/vm.cfg"]
    assert notes == ()


def test_what_lies_beside_machines_made_by_hand_is_no_machine() -> None:
    text = "".join(
        f"\n@{NONCE} file\n/etc/xen/{name}\0{content}\n@{NONCE} end 0\n"
        for name, content in (
            ("xend-config.sxp", "(xend-relocation-server yes)\n"),
            ("xmexample1", "name = 'ExampleDomain'\n"),
            ("byhand", "name = 'byhand'\n"),
        )
    )
    read = read_scan(f"{text}\n@{NONCE} done\n", NONCE)
    assert [file.path for file in read.value or ()] == ["/etc/xen/byhand"]
