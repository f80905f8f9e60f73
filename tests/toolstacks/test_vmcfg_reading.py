from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.vmconfig import Disk, Interface, VmConfig
from ovmtui.toolstacks.vmcfg import MAX_CHARACTERS, parse
from tests.toolstacks.recorded import recordings

PLAIN = """\
# made by hand
bootloader = '/usr/bin/pygrub'
disk = ['file:/OVS/running_pool/12_web/System.img,xvda,w',
        u'phy:/dev/mapper/shared, xvdb, w!',
        'file:/OVS/iso_pool/x.iso,hdc:cdrom,r']
memory = '1024'
name = 'web'   # the name people use
uuid = '0004FB0000060000A1B2C3D4E5F60718'
vcpus = 2
vif = ['mac=00:16:3E:4A:2C:01, bridge=xenbr0', '']
vfb = ['type=vnc,vncunused=1,vnclisten=0.0.0.0,vncpasswd=oracle']
vncpasswd = 'oracle'
ib_pkeys = [{'pf': '3b:00.0', 'pkey': ['0x2a34']}]
OVM_simple_name = 'Web front end'
OVM_high_availability = True
"""


def config_of(text: str) -> VmConfig:
    parsed = parse(text)
    assert parsed.notes == ()
    return parsed.value


def test_a_whole_file() -> None:
    config = config_of(PLAIN)
    assert config.name == "web"
    assert config.uuid == "0004fb00-0006-0000-a1b2-c3d4e5f60718"
    assert (config.memory_mib, config.vcpus) == (1024, 2)
    assert config.disks == (
        Disk("file", "/OVS/running_pool/12_web/System.img", "xvda", "w"),
        Disk("phy", "/dev/mapper/shared", "xvdb", "w!"),
        Disk("file", "/OVS/iso_pool/x.iso", "hdc:cdrom", "r"),
    )
    assert config.interfaces == (
        Interface("00:16:3e:4a:2c:01", "xenbr0"),
        Interface(None, None),
    )
    assert config.simple_name == "Web front end"
    assert config.high_availability is True
    assert "oracle" not in repr(config)
    assert [key for key, _ in config.settings][:4] == ["bootloader", "disk", "memory", "name"]
    assert dict(config.settings)["ib_pkeys"] == "[{'pf': '3b:00.0', 'pkey': ['0x2a34']}]"
    assert dict(config.settings)["vncpasswd"] == "XXXXXX"


@pytest.mark.parametrize("end", ["\n", "  \n", "\r\n"])
def test_the_recorded_vm_cfg_with_any_line_ends(end: str) -> None:
    (text, _) = [one.stdout for one in recordings() if one.command.startswith("cat /OVS")]
    config = config_of(text.replace("\n", end))
    assert config.name == "0004fb00000600003114ee2da8afa5b7"
    assert config.uuid == "0004fb00-0006-0000-3114-ee2da8afa5b7"
    assert config.high_availability is True
    assert config.simple_name == "turnos"
    assert len(config.settings) == text.count("\n")


def test_an_empty_file_says_nothing() -> None:
    assert config_of("") == VmConfig(name=None, uuid=None, memory_mib=None, vcpus=None)
    assert config_of("# nothing\n\n").high_availability is None


@pytest.mark.parametrize(
    ("source", "mib"),
    [("1024", 1024), ("'1024'", 1024), ("' 1024 '", 1024), ("u'7'", 7), ("0x400", 1024)],
)
def test_numbers_however_they_are_written(source: str, mib: int) -> None:
    assert config_of(f"memory = {source}\n").memory_mib == mib


@pytest.mark.parametrize(
    "source",
    [
        "'lots'",
        "True",
        "-5",
        "1.5",
        "[1024]",
        "None",
        "1024 * 2",
        "lots",
        "'1' + '2'",
        "1e999",
        "0x" + "f" * 9000,
        "9" * 9000,
    ],
)
def test_a_memory_that_cannot_be_told_is_none(source: str) -> None:
    parsed = parse(f"memory = 512\nname = 'v'\nmemory = {source}\n")
    assert parsed.value.memory_mib is None
    assert parsed.value.name == "v"
    assert parsed.notes or source == "None"


@pytest.mark.parametrize(
    "broken",
    [
        "name 'v'",
        "memory = 1024 garbage",
        "disk = ['file:/a,xvda,w'",
        "x = 'unterminated",
        "print 'python 2'",
        "\x00\x01",
        "\ufffd\ufffd",
        "if True",
        "    indented = 1",
        "= 5",
        "x = 0777",
        "<<<<<<< HEAD",
    ],
)
def test_a_broken_statement_hides_no_other(broken: str) -> None:
    parsed = parse(f"name = 'v'\nvcpus = 2\n{broken}\nuuid = '{'ab' * 16}'\ncpus = '1'\n")
    if broken != "name 'v'":
        assert parsed.value.name == "v"
    assert parsed.value.vcpus == 2
    assert parsed.value.uuid is not None
    assert ("cpus", "1") in parsed.value.settings
    assert parsed.notes


def test_a_statement_over_lines_is_read_beside_a_broken_one() -> None:
    parsed = parse("broken (\ndisk = [\n 'file:/a,xvda,w',\n # why\n]\nname = 'v'\ngarbage here\n")
    assert parsed.value.disks == (Disk("file", "/a", "xvda", "w"),)
    assert parsed.value.name == "v"
    assert len(parsed.notes) == 2


@pytest.mark.parametrize(
    "doubt",
    [
        "if open('/etc/passwd'):\n    name = 'other'\n",
        "name += 'x'\n",
        "name = name.upper()\n",
        "(name, vcpus) = 'a', 1\n",
        "exec \"name = 'other'\"\n",
        "globals()['name'] = 'other'\n",
        "del name\n",
        "import os; name = os.uname()\n",
    ],
)
def test_what_a_statement_may_have_changed_is_unknown(doubt: str) -> None:
    parsed = parse(f"name = 'v'\nuuid = '{'ab' * 16}'\n{doubt}")
    assert parsed.value.name is None
    assert parsed.value.uuid is not None
    assert parsed.notes
    assert parse(f"name = 'v'\n{doubt}name = 'w'\n").value.name == "w"


def test_lines_inside_a_string_are_no_settings() -> None:
    text = "note = '''\nname = 'other'\n'''\n"
    assert config_of(text).name is None
    assert parse("garbage here\n" + text + "vcpus = 2\n").value.name is None


def test_nothing_is_executed() -> None:
    parsed = parse("name = __import__('os').system('exit 1')\nvcpus = (lambda: 3)()\n")
    assert (parsed.value.name, parsed.value.vcpus) == (None, None)
    assert len(parsed.notes) == 2


@pytest.mark.parametrize(
    "entry",
    ["file:/a", "file:/a,xvda", "file:/a,xvda,rwx", "a,b,c,d,e", "", ",,"],
)
def test_a_disk_that_is_none_is_noted(entry: str) -> None:
    parsed = parse(f"disk = ['{entry}', 'file:/b,xvdb,w']")
    assert [disk.device for disk in parsed.value.disks] == ["xvdb"]
    assert len(parsed.notes) == 1


@pytest.mark.parametrize(
    ("entry", "disk"),
    [
        (",hdc:cdrom,r", Disk("", "", "hdc:cdrom", "r")),
        ("tap:aio:/a.img,xvda,w", Disk("tap:aio", "/a.img", "xvda", "w")),
        ("phy:vg/lv,xvda,w", Disk("phy", "/dev/vg/lv", "xvda", "w")),
        ("file:///a/b.img,xvda,w", Disk("file", "/a/b.img", "xvda", "w")),
        ("file:/a:b.img,xvda,w,0", Disk("file", "/a:b.img", "xvda", "w")),
        ("/a.img,raw,xvda,rw", Disk("", "/a.img", "xvda", "w")),
        ("/a.img,,xvda", Disk("", "/a.img", "xvda", "w")),
        ("format=raw, vdev=xvda, access=ro, target=/a.img", Disk("", "/a.img", "xvda", "r")),
        ("/a.iso,,hdc,cdrom", Disk("", "/a.iso", "hdc:cdrom", "r")),
    ],
)
def test_forms_of_disks(entry: str, disk: Disk) -> None:
    assert config_of(f"disk = ['{entry}']").disks == (disk,)


@pytest.mark.parametrize(
    ("source", "ha"),
    [("True", True), ("False", False), ("'true'", True), ("'False'", False)],
)
def test_ha_of_oracle_vm_3(source: str, ha: bool) -> None:
    assert config_of(f"OVM_high_availability = {source}").high_availability is ha


@pytest.mark.parametrize("source", ["1", "'yes'", "maybe", "[]"])
def test_an_ha_flag_that_cannot_be_told_is_none(source: str) -> None:
    parsed = parse(f"OVM_high_availability = {source}")
    assert parsed.value.high_availability is None
    assert parsed.notes


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "x = " + "[" * 100_000,
        "x = " + "-" * 100_000 + "1",
        "x = " + "a." * 50_000 + "b",
        "x = '" + "a" * 300_000,
        "x = (\n" * 40_000,
        "name = 'a\n" * 20_000,
        "a\nb c\n" * 20_000,
        "x = '''\n" + "name = 'a'\n" * 20_000,
    ],
    ids=range(9),
)
def test_a_monstrous_file_gives_notes(text: str) -> None:
    parsed = parse(text)
    assert parsed.notes
    assert len(parsed.notes) < 110
    assert all(len(note) < 300 for note in parsed.notes)


def test_a_long_file_is_read_up_to_a_whole_line() -> None:
    text = "name = 'v'\n" + "#" * (MAX_CHARACTERS - 24) + "\nmemory = 102400\nvcpus = 4\n"
    parsed = parse(text)
    assert parsed.value.name == "v"
    assert parsed.value.memory_mib is None
    assert len(parsed.notes) == 1


def test_python_says_nothing_of_its_own() -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert dict(config_of("description = 'C:\\dir'\n").settings) == {"description": "C:\\dir"}
    assert not said


def test_long_values_are_cut() -> None:
    ((_, shown),) = config_of(f"x = {'a' * 9000!r}\n").settings
    assert len(shown) == 4096
    assert shown.endswith("…")


LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
KEYS = st.text("abcdefgh_", min_size=1, max_size=10).filter(lambda key: key not in {"def", "a"})


@given(st.dictionaries(KEYS, LITERALS, max_size=6), st.booleans())
def test_what_is_written_is_what_is_read(values: dict[str, object], broken: bool) -> None:
    text = "".join(f"{key} = {value!r}\n" for key, value in values.items())
    parsed = parse(text + ("%%%\n" if broken else ""))
    assert [key for key, _ in parsed.value.settings] == list(values)
    assert len(parsed.notes) == broken
    for key, shown in parsed.value.settings:
        value = values[key]
        if "assw" not in str(value).lower():
            assert shown == (value if isinstance(value, str) else repr(value))


@given(st.binary())
def test_no_bytes_make_it_raise(data: bytes) -> None:
    text = data.decode(errors="replace")
    parse(text)
    parse(f"name = 'v'\n{text}")


@given(st.text("abc='\"[]{}(),:\\\n #0x-+._", max_size=120))
def test_no_near_python_makes_it_raise(text: str) -> None:
    parsed = parse(f"name = 'v'\n{text}\n")
    assert parsed.value.name in {"v", None}


def test_a_file_is_read_although_python_stumbles_over_another_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, stumbles = ast.parse, [SystemError("AST constructor recursion depth mismatch")]

    def stumbling(source: str) -> ast.Module:
        if stumbles:
            raise stumbles.pop()
        return real(source)

    with monkeypatch.context() as patched:
        patched.setattr(ast, "parse", stumbling)
        found = parse("name = 'web01'\nmemory = 512\n").value
    assert found.name == "web01"
    assert not stumbles
