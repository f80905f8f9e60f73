"""Where the manager's password comes from, and what is said when it does not."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import ClassVar

import keyring
import pytest
from keyring.backend import KeyringBackend

from ovmtui.config.schema import Manager
from ovmtui.config.secrets import manager_password, password_file_problem
from ovmtui.errors import SecretUnavailable


def private(path: Path, content: bytes = b"tiger\nrest\n") -> str:
    """Write `content` to a file of mode 0600 and return its name."""
    path.write_bytes(content)
    path.chmod(0o600)
    return str(path)


def python(program: str) -> tuple[str, ...]:
    """Return a command that runs `program`."""
    return (sys.executable, "-c", program)


async def refusal(manager: Manager, environ: dict[str, str], *, timeout: float = 30.0) -> str:
    """Return the sentence that tells why there is no password."""
    with pytest.raises(SecretUnavailable) as caught:
        await manager_password(manager, environ, timeout=timeout)
    assert "tiger" not in str(caught.value)
    return str(caught.value)


async def test_each_source_gives_its_first_line(tmp_path: Path) -> None:
    assert await manager_password(Manager(password_env="P"), {"P": "ti ger"}) == "ti ger"
    named = Manager(password_file=private(tmp_path / "p", "tïger\r\nx".encode()))
    assert await manager_password(named, {}) == "tïger"
    command = Manager(password_command=python("print('tiger'); print('rest')"))
    assert await manager_password(command, {}) == "tiger"


async def test_a_tilde_means_the_home_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    private(tmp_path / "p")
    assert await manager_password(Manager(password_file="~/p"), {}) == "tiger"


async def test_no_source_names_the_keys_to_set() -> None:
    assert "set `password_env`, `password_file`, `password_command`" in await refusal(Manager(), {})


async def test_an_empty_source_is_no_password(tmp_path: Path) -> None:
    assert "environment variable P gives no password" in await refusal(
        Manager(password_env="P"), {}
    )
    empty = Manager(password_file=private(tmp_path / "p", b"\ntiger\n"))
    assert "its first line is empty" in await refusal(empty, {})


async def test_text_that_no_terminal_can_type_is_refused(tmp_path: Path) -> None:
    name = private(tmp_path / "p", b"ti\x1bger\n")
    assert "control characters" in await refusal(Manager(password_file=name), {})
    name = private(tmp_path / "p", b"\xfftiger\n")
    assert "not UTF-8" in await refusal(Manager(password_file=name), {})


async def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    name = private(tmp_path / "p")
    os.chmod(name, 0o640)
    assert "has mode 0640" in await refusal(Manager(password_file=name), {})
    missing = Manager(password_file=str(tmp_path / "absent"))
    assert "cannot be read: No such file" in await refusal(missing, {})


def test_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p", 0o600)
    assert password_file_problem(str(tmp_path / "p")) == "is not an ordinary file"


async def test_a_failing_command_is_told_with_its_complaint() -> None:
    failing = python("import sys; print('tiger'); sys.exit('no\\x1b key')")
    said = await refusal(Manager(password_command=failing), {})
    assert said.endswith("failed with exit code 1: no␛ key")
    absent = Manager(password_command=("/nowhere/pass",))
    assert "cannot be run: No such file" in await refusal(absent, {})


async def test_a_command_that_hangs_is_ended_with_its_children() -> None:
    # The child inherits the pipe: only when it is ended, too, does reading come to an end.
    hanging = python("import subprocess; subprocess.run(['sleep', '1000'])")
    said = await refusal(Manager(password_command=hanging), {}, timeout=0.5)
    assert "gave no password in" in said


async def test_a_command_cannot_read_the_keyboard() -> None:
    asking = python("import sys; print(repr(sys.stdin.read()) + 'x')")
    assert await manager_password(Manager(password_command=asking), {}) == "''x"


async def test_opensvcs_auth_file_gives_its_password(tmp_path: Path) -> None:
    text = b"# accounts\n[ovm]\nusername = admin\npassword = tiger\n"
    assert await manager_password(Manager(password_file=private(tmp_path / "a", text)), {}) == (
        "tiger"
    )
    said = await refusal(Manager(user="other", password_file=private(tmp_path / "b", text)), {})
    assert "for the user admin, but the configuration has other" in said
    broken = private(tmp_path / "c", b"[ovm]\npassword: tiger\nno key\n")
    assert "cannot be read as OpenSVC's auth.conf" in await refusal(
        Manager(password_file=broken), {}
    )


async def test_what_the_operator_typed_is_used_and_asked_for_by_name() -> None:
    manager = Manager(password_prompt=True)
    assert await manager_password(manager, {}, typed={manager: "tiger"}) == "tiger"
    assert "was not typed" in await refusal(manager, {})


class _Memory(KeyringBackend):
    """A keyring as the library has them, kept in memory."""

    priority = 1

    kept: ClassVar[dict[tuple[str, str], str]] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


async def test_the_keyring_gives_the_users_password() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(_Memory())  # type: ignore[no-untyped-call]  # the library has no types
    try:
        keyring.set_password("ovm", "admin", "tiger")
        assert await manager_password(Manager(password_keyring="ovm"), {}) == "tiger"
        assert "has no password of other" in await refusal(
            Manager(password_keyring="ovm", user="other"), {}
        )
    finally:
        keyring.set_keyring(before)
