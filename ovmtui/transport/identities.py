"""The operator's private keys: read once, for to parse one costs as much as a login.

An RSA key is checked when it is read, which takes 40 ms of computing: for 64 nodes that
is several seconds in which nothing else would run.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncssh

USUAL = tuple(
    f"~/.ssh/id_{kind}" for kind in ("ed25519_sk", "ecdsa_sk", "ed25519", "ecdsa", "rsa", "dsa")
)
"""Where OpenSSH looks when nobody says where the keys are."""

_AGENT = 2.0
"""Seconds that the agent may take to tell its keys."""

Offer = asyncssh.SSHKey | tuple[asyncssh.SSHKey, asyncssh.SSHCertificate]


@dataclass(frozen=True, slots=True)
class Identity:
    """One private key file and what came out of it."""

    path: str
    offers: tuple[Offer, ...] = ()
    """The key with its certificate, if there is one, and the key alone; empty without one."""
    public: bytes | None = None
    """What an ssh-agent knows the key by; None when only the private file would tell."""
    problem: str = ""
    """Why the key cannot be used without an agent; empty when it can."""
    missing: bool = False
    """Whether there is no such file."""


class Identities:
    """Reads private key files, each once; a key or certificate that has changed is read again."""

    def __init__(self) -> None:
        """Begin with no file read."""
        self._read: dict[str, tuple[tuple[int, int], Identity]] = {}
        self._one_at_a_time = threading.Lock()

    def read(self, paths: Iterable[str]) -> tuple[Identity, ...]:
        """Return what the files hold, in order. It computes; call it in a thread."""
        with self._one_at_a_time:
            return tuple(self._one(os.path.expanduser(path)) for path in paths)

    def _one(self, path: str) -> Identity:
        try:
            # A certificate is valid for hours, and made anew beside the same key.
            changed = (os.stat(path).st_mtime_ns, _changed(f"{path}-cert.pub"))
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            return Identity(path, problem=error.strerror or str(error), missing=missing)
        kept = self._read.get(path)
        if kept is None or kept[0] != changed:
            kept = self._read[path] = (changed, _read(path))
        return kept[1]


def described(identities: Sequence[Identity]) -> str:
    """Return which key files were offered and which could not be, in words."""
    offered = [Path(identity.path).name for identity in identities if identity.offers]
    unusable = [
        f"not {identity.path}: {identity.problem}" for identity in identities if identity.problem
    ]
    return "; ".join([f"tried {', '.join(offered) or 'no key file'}", *unusable])


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


async def agent_kinds(*, only: Sequence[bytes] | None) -> tuple[str, ...]:
    """Return the algorithms of the ssh-agent's keys, of those in `only` if that is given.

    None is told when there is no agent, or it does not answer.
    """
    try:
        async with asyncio.timeout(_AGENT), await asyncssh.connect_agent() as agent:
            keys = await agent.get_keys()
    except (OSError, ValueError, asyncssh.Error, TimeoutError):
        return ()
    offered = (key for key in keys if only is None or key.public_data in only)
    return tuple(key.algorithm.decode("ascii") for key in offered)


def _read(path: str) -> Identity:
    public = _public_half(path)
    try:
        key = asyncssh.read_private_key(path)
    except OSError as error:
        return Identity(path, public=public, problem=error.strerror or str(error))
    except asyncssh.KeyImportError as error:
        encrypted = "passphrase" in str(error).lower()
        problem = "encrypted, so it must be in the ssh-agent" if encrypted else str(error)
        return Identity(path, public=public, problem=problem)
    try:
        certificate = asyncssh.read_certificate(f"{path}-cert.pub")
    except (OSError, asyncssh.KeyImportError):
        return Identity(path, (key,), key.public_data)
    return Identity(path, ((key, certificate), key), key.public_data)


def _public_half(path: str) -> bytes | None:
    for name in (f"{path}.pub", path):
        try:
            return asyncssh.read_public_key(name).public_data
        except (OSError, asyncssh.KeyImportError):
            continue
    return None
