"""Which algorithms a node is offered: today's, and for an old one those of OpenSSH 4.3.

asyncssh offers some of SHA-1 to everybody. Here a node is offered them only when it is
marked as old, so that none is ever talked down to them: neither by a wrong configuration
nor by somebody in between who can compute what those algorithms are too weak for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import asyncssh
from asyncssh.encryption import get_default_encryption_algs
from asyncssh.kex import get_default_kex_algs
from asyncssh.mac import get_default_mac_algs
from asyncssh.public_key import get_default_certificate_algs, get_default_public_key_algs

_WEAK = re.compile(r"sha1|md5|cbc|arcfour|ssh-dss|ssh-rsa(-cert-v01@openssh\.com)?\Z")
"""The names of what is broken, or near to it; `ssh-rsa` is the signature with SHA-1."""
_OPENSSH = re.compile(r"OpenSSH_(\d{1,3})\.(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Algorithms:
    """What is offered to one node, the best first."""

    key_exchanges: tuple[str, ...]
    host_keys: tuple[str, ...]
    host_certificates: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]
    signatures: tuple[str, ...]
    """Of the user's keys, and of the authorities that sign host certificates."""

    def host_key_order(self, trusted: Iterable[asyncssh.SSHKey], *, certified: bool) -> list[str]:
        """Return the kinds of host key to ask for: those that are known, then the others.

        A server that has none of the known ones would hang up, instead of showing the key
        that it has now. Certificates are asked for where an authority is known.
        """
        known = [alg.decode("ascii") for key in trusted for alg in key.sig_algorithms]
        kinds = dict.fromkeys([alg for alg in known if alg in self.host_keys])
        certificates = self.host_certificates if certified else ()
        return [*certificates, *kinds, *(alg for alg in self.host_keys if alg not in kinds)]


def _without_weak(names: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(name for raw in names if not _WEAK.search(name := raw.decode("ascii")))


MODERN = Algorithms(
    key_exchanges=_without_weak(
        name for name in get_default_kex_algs() if not name.startswith(b"gss-")
    ),
    host_keys=(
        "ssh-ed25519",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "rsa-sha2-512",
        "rsa-sha2-256",
    ),
    host_certificates=_without_weak(get_default_certificate_algs()),
    ciphers=_without_weak(get_default_encryption_algs()),
    macs=_without_weak(get_default_mac_algs()),
    signatures=_without_weak(get_default_public_key_algs()),
)
"""What every node is offered."""

ADDED = Algorithms(
    key_exchanges=(
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group1-sha1",
    ),
    host_keys=("ssh-rsa", "ssh-dss"),
    host_certificates=(),
    ciphers=("aes128-cbc", "3des-cbc"),
    macs=("hmac-sha1", "hmac-md5"),
    signatures=("ssh-rsa",),
)
"""What an old one is offered besides, behind all others: OpenSSH 4.3's (its myproposal.h),
without what nobody needs there; `aes128-ctr`, which it has, is among today's."""

LEGACY = Algorithms(
    key_exchanges=MODERN.key_exchanges + ADDED.key_exchanges,
    host_keys=MODERN.host_keys + ADDED.host_keys,
    host_certificates=MODERN.host_certificates,
    ciphers=MODERN.ciphers + ADDED.ciphers,
    macs=MODERN.macs + ADDED.macs,
    signatures=MODERN.signatures + ADDED.signatures,
)

WHAT_LEGACY_MEANS = (
    "set `legacy = true` for this node, if it is as old as that: it allows this node, and no "
    "other, the algorithms of OpenSSH 4.3 (SHA-1, MD5, CBC, 1024-bit Diffie-Hellman), which "
    "protect the connection only in a network that you trust"
)
RSA_KEY_NEEDED = (
    "a server as old as this takes RSA keys only: make one with `ssh-keygen -t rsa -b 3072 -f "
    "~/.ssh/id_rsa`, add ~/.ssh/id_rsa.pub to the user's ~/.ssh/authorized_keys there, and "
    "name it in `identities`"
)


def legacy_would_do(reason: str) -> bool:
    """Tell whether what a server was found to have is what `legacy` adds.

    Args:
        reason: asyncssh's, such as "No matching MAC algorithm found, sent … and received …".
    """
    kind, _, lists = reason.partition(" algorithm found")
    offered = set(re.split(r"[,\s]+", lists.rpartition("received")[2]))
    for word, added in (
        ("key exchange", ADDED.key_exchanges),
        ("host key", ADDED.host_keys),
        ("encryption", ADDED.ciphers),
        ("MAC", ADDED.macs),
    ):
        if word in kind:
            return bool(offered.intersection(added))
    return False


def hang_up_mend(version: str, *, legacy: bool) -> str:
    """Return what would help with a server that hangs up during the key exchange.

    One that has nothing in common with us may be gone before it was heard what it has.
    `version` is how it calls itself, and empty if it did not.
    """
    found = _OPENSSH.search(version)
    if found is None or legacy or (int(found[1]), int(found[2])) >= (6, 7):
        return ""
    return WHAT_LEGACY_MEANS


def login_mend(version: str, kinds: Iterable[str], *, legacy: bool) -> str:
    """Return what would make a refused login possible, as far as the server's age tells.

    Args:
        version: how the server calls itself, such as `SSH-2.0-OpenSSH_4.3`.
        kinds: the algorithms of the keys that were offered.
        legacy: whether the node is marked as old.
    """
    found = _OPENSSH.search(version)
    offered = set(kinds)
    if legacy and "ssh-rsa" not in offered:
        return RSA_KEY_NEEDED
    if found is None:
        return ""
    release = int(found[1]), int(found[2])
    # ECDSA came with 5.7, Ed25519 with 6.5, RSA signatures without SHA-1 with 7.2.
    fits = "ssh-rsa" in offered
    fits |= release >= (5, 7) and any(kind.startswith("ecdsa-") for kind in offered)
    fits |= release >= (6, 5) and "ssh-ed25519" in offered
    if not fits and release < (6, 5):
        return RSA_KEY_NEEDED
    if not legacy and release < (7, 2) and "ssh-rsa" in offered:
        return f"it takes an RSA key's signature with SHA-1 only: {WHAT_LEGACY_MEANS}"
    return ""
