from __future__ import annotations

import shlex
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from ovmtui.toolstacks import preconditions
from tests.toolstacks.conftest import Run

NAMES = ["a b", "quote's", '"', "$(touch pwned)", "line\nend", "-e", "*", "%s", "\\"]

BRCTL = """\
cat <<'END'
bridge name\tbridge id\t\tSTP enabled\tinterfaces
xenbr0\t\t8000.001122334455\tno\t\tpeth0
\t\t\t\t\t\t\tvif1.0
xenbr1\t\t8000.001122334456\tno\t\teth1
END
"""

# busybox's shell takes its own brctl before one on the PATH, but no shell takes it before this.
FUNCTION = f"brctl() {{\n{BRCTL}}}\n"

Tools = Callable[[str, str], Path]


def test_paths_that_exist(run: Run, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in NAMES]
    for path in paths:
        path.touch()
    done = run(preconditions.paths_exist(map(str, paths)))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert run(preconditions.paths_exist([])).returncode == 0
    assert run(preconditions.paths_exist([str(tmp_path)])).returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_path_that_does_not_exist_is_named(run: Run, tmp_path: Path, name: str) -> None:
    missing = str(tmp_path / "no" / name)
    done = run(preconditions.paths_exist([str(tmp_path), missing]))
    assert done.returncode == 1
    assert done.stderr == f"no such file: {missing}\n"
    assert not list(tmp_path.rglob("pwned"))


def test_every_missing_path_is_named(run: Run) -> None:
    done = run(preconditions.paths_exist(["/no/a", "/", "/no/b"]))
    assert done.stderr == "no such file: /no/a\nno such file: /no/b\n"


def test_bridges_of_brctl(run: Run) -> None:
    assert run(FUNCTION + preconditions.bridges_exist(["xenbr0", "xenbr1"])).returncode == 0
    assert run(FUNCTION + preconditions.bridges_exist([])).returncode == 0


@pytest.mark.parametrize("name", ["xenbr7", "vif1.0", "xenbr", "eth1", "", *NAMES])
def test_a_bridge_that_does_not_exist_is_named(run: Run, tmp_path: Path, name: str) -> None:
    done = run(FUNCTION + preconditions.bridges_exist(["xenbr0", name]))
    assert done.returncode == 1
    assert done.stderr == f"no such bridge: {name}\n"
    assert not list(tmp_path.rglob("pwned"))


def test_without_brctl_the_kernel_is_asked(run: Run) -> None:
    absent = "brctl() { return 127; }\n"
    done = run(absent + preconditions.bridges_exist(["lo"]))
    assert done.stderr == "no such bridge: lo\n"
    bridges = [path.parent.name for path in Path("/sys/class/net").glob("*/bridge")]
    assert run(absent + preconditions.bridges_exist(bridges)).returncode == 0


@pytest.fixture
def port() -> int:
    """Return a port of the loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


NC = """\
[ "$1 $2 $3" = "-z -w 5" ] || exit 9
exec bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$4" "$5"
"""


@pytest.mark.parametrize(
    "nc",
    [
        NC,
        "echo 'Usage: nc [OPTIONS] HOST PORT' >&2; exit 1",
        "echo \"nc: invalid option -- 'z'\" >&2; exit 1",
        "",
    ],
    ids=["nc", "busybox nc", "other nc", "no nc"],
)
def test_a_port(run: Run, tools: Tools, tmp_path: Path, port: int, nc: str) -> None:
    folder = tools("nc", nc)
    if not nc:
        # A PATH that has bash alone, under its own name.
        (folder / "nc").unlink()
        (folder / "bash").symlink_to("/bin/bash")
    prefix = "" if nc else f"PATH={shlex.quote(str(folder))}\n"
    script = prefix + preconditions.port_open("127.0.0.1", port)
    closed = run(script, path=folder)
    assert closed.returncode == 1
    assert closed.stderr.startswith(f"no connection to 127.0.0.1 port {port}\n")
    with socket.create_server(("127.0.0.1", port)):
        opened = run(script, path=folder)
    assert (opened.returncode, opened.stdout, opened.stderr) == (0, "", "")


def test_a_host_is_no_shell_text(run: Run, tools: Tools, tmp_path: Path) -> None:
    folder = tools("nc", 'printf "%s\\n" "$4" >&2; exit 1')
    host = f"$(touch {tmp_path}/pwned)"
    done = run(preconditions.port_open(host, 8002), path=folder)
    assert done.returncode == 1
    assert host in done.stderr
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("host", ["", "-h"])
def test_hosts_and_ports_that_are_none(host: str) -> None:
    with pytest.raises(ValueError, match="not a host"):
        preconditions.port_open(host, 8002)
    with pytest.raises(ValueError, match="not a host"):
        preconditions.xl_login(host)
    for port in (0, -1, 65_536):
        with pytest.raises(ValueError, match="not a port"):
            preconditions.port_open("ovm2", port)


def test_the_login_that_xl_needs(run: Run, tools: Tools) -> None:
    words = "-n -o BatchMode=yes -o ConnectTimeout=5"
    folder = tools(
        "ssh",
        f"""case "$*" in
"{words} ovm2 command -v xl") echo /usr/sbin/xl ;;
"{words} ovm4 command -v xl") exit 1 ;;
*) echo 'Host key verification failed.' >&2; exit 255 ;;
esac""",
    )
    done = run(preconditions.xl_login("ovm2"), path=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    refused = run(preconditions.xl_login("ovm3"), path=folder)
    assert (refused.returncode, refused.stderr) == (
        1,
        "Host key verification failed.\nno SSH login from here to ovm3\n",
    )
    absent = run(preconditions.xl_login("ovm4"), path=folder)
    assert (absent.returncode, absent.stderr) == (
        1,
        "no xl on the PATH of an SSH login at ovm4\n",
    )


def processes(*lines: str) -> str:
    """Return a function that takes the place of ps; busybox's shell prefers its own program."""
    text = "\n".join(f"{number:5d} {line}" for number, line in enumerate(lines, 1))
    expected = "-e -ww -o pid= -o args="
    return f"ps() {{ [ \"$*\" = '{expected}' ] || return 9\ncat <<'END'\n{text}\nEND\n}}\n"


QUIET = ("init [5]", "/usr/sbin/xend", "[xc_save] <defunct>", "grep xc_save 2", "vi xm migrate")


@pytest.mark.parametrize(
    "line",
    [
        "/usr/lib64/xen/bin/xc_save 16 2 0 0 1",
        "/usr/lib/xen/bin/xc_restore 7 2 3 4 0 0 0 0",
        "/usr/bin/python /usr/sbin/xm migrate -l ovmguest1 ovm2",
        "python2.4 -u /usr/sbin/xm migrate --live 2 ovm2",
        "xm save ovmguest1 /tmp/x.chk",
        "/usr/sbin/xl migrate migrating-ovmguest1 ovm2",
        "xl migrate-receive",
        "/usr/lib/xen-4.17/bin/libxl-save-helper --restore-domain 7 12 4 0",
    ],
)
def test_a_process_that_migrates_the_domain_is_named(run: Run, line: str) -> None:
    script = preconditions.no_migration(("ovmguest1", "migrating-ovmguest1"), 2)
    done = run(processes(*QUIET, line) + script)
    assert done.returncode == 1
    assert f"works on it: {len(QUIET) + 1} {line}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "line",
    [
        "/usr/lib64/xen/bin/xc_save 16 12 0 0 1",
        "/usr/bin/python /usr/sbin/xm migrate -l oradb01 ovm2",
        "/usr/bin/python /usr/sbin/xm list",
        "bash -c xm migrate -l ovmguest1 ovm2",
        "* xm migrate ovmguest1",
    ],
)
def test_processes_of_other_things_are_none(run: Run, line: str) -> None:
    script = preconditions.no_migration(("ovmguest1", "migrating-ovmguest1"), 2)
    done = run(processes(*QUIET, line) + script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_list_of_processes_that_fails_proves_nothing(run: Run) -> None:
    failed = run("ps() { echo 'no /proc' >&2; return 1; }\n" + preconditions.no_migration((), 2))
    assert failed.returncode == 1
    assert "ps failed: no /proc" in failed.stderr
    empty = run("ps() { true; }\n" + preconditions.no_migration((), 2))
    assert empty.returncode == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_the_question_is_no_shell_text(run: Run, tmp_path: Path, name: str) -> None:
    script = preconditions.no_migration((name,), 2)
    done = run(processes("xm migrate other ovm2") + script)
    assert (done.returncode, done.stderr) == (0, "")
    assert not list(tmp_path.rglob("pwned"))


def test_the_real_list_of_processes_does_not_hold_the_question_itself(run: Run) -> None:
    # busybox has a ps of its own that knows other options: then nothing is proved.
    done = run(preconditions.no_migration(("ovmguest1",), 2))
    assert done.returncode == 0 or "ps failed" in done.stderr
    assert "works on it" not in done.stderr
