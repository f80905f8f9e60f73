"""The wheel: built, installed into an environment of its own, and run from there."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import ovmtui

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel of this checkout."""
    target = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the `ovmtui` program of a fresh environment that has the wheel."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    # The dependencies come from the environment that runs the tests, so no network is
    # needed; a plain path file does not pass on that one's editable ovmtui.
    here = sysconfig.get_path("purelib")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (home / "lib" / version / "site-packages" / "dependencies.pth").write_text(f"{here}\n")
    install = ["-m", "pip", "install", "--no-index", "--no-deps", "--force-reinstall"]
    subprocess.run(
        [python, *install, "--prefix", home, wheel],
        check=True,
        capture_output=True,
        env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    return home / "bin" / "ovmtui"


def run(program: Path, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run `program` with nothing of this checkout or user around it."""
    environ = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    return subprocess.run(
        [program, *arguments], cwd=home, env=environ, capture_output=True, text=True, check=False
    )


def test_the_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        example = archive.read("ovmtui/data/config/ovmtui.example.toml")
    assert example == (ROOT / "config" / "ovmtui.example.toml").read_bytes()
    themes = {path.name for path in (ROOT / "themes").iterdir() if path.is_file()}
    assert themes
    assert {f"ovmtui/data/themes/{theme}" for theme in themes} <= names
    assert "ovmtui/py.typed" in names
    styles = {str(path.relative_to(ROOT)) for path in (ROOT / "ovmtui").rglob("*.tcss")}
    assert styles <= names


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    release = f"ovmtui-{ovmtui.__version__}"
    assert tops == {"ovmtui", f"{release}.dist-info", f"{release}.data"}


def test_the_source_archive_gives_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    built = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path)]
    subprocess.run([*built, str(ROOT)], check=True, capture_output=True)
    (again,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as direct, zipfile.ZipFile(again) as through:
        assert sorted(direct.namelist()) == sorted(through.namelist())


def test_the_installed_program_says_its_version(installed: Path, tmp_path: Path) -> None:
    ended = run(installed, "--version", home=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ovmtui.__version__ in ended.stdout
    for named in (platform.python_version(), "Textual 8", "asyncssh 2", "with OpenSSL", "Linux"):
        assert named in ended.stdout


def test_the_installed_program_brings_its_manual_page(installed: Path) -> None:
    page = installed.parents[1] / "share" / "man" / "man1" / "ovmtui.1"
    assert page.read_bytes() == (ROOT / "docs" / "ovmtui.1").read_bytes()


def test_without_a_configuration_the_next_step_is_told(installed: Path, tmp_path: Path) -> None:
    ended = run(installed, home=tmp_path)
    assert ended.returncode == 2
    assert "ovmtui config init" in ended.stderr
    assert "ovmtui demo" in ended.stderr


def test_a_first_configuration_tells_the_next_step(installed: Path, tmp_path: Path) -> None:
    ended = run(installed, "config", "init", "ovm1", "root@192.0.2.7:2222", home=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "ovmtui check" in ended.stdout
    assert run(installed, "config", "check", home=tmp_path).returncode == 0


def test_the_installed_program_runs_its_demo(installed: Path, tmp_path: Path) -> None:
    ended = run(installed, "demo", "--check", home=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_installed_program_is_not_this_checkout(installed: Path, tmp_path: Path) -> None:
    program = "import ovmtui; print(ovmtui.__file__)"
    ended = run(installed.with_name("python"), "-c", program, home=tmp_path)
    assert str(ROOT) not in ended.stdout
