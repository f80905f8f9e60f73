"""Who logs in to a host, and with what."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from ovmtui.transport.algorithms import Algorithms
from ovmtui.transport.hostkeys import KnownKeys
from ovmtui.transport.identities import Identity, Offer, described


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in to a host, and with what."""

    user: str
    identities: tuple[Identity, ...]
    only: bool
    """Whether the agent is asked for these keys only."""
    offered: Algorithms
    configured: frozenset[str]
    """Which kinds of algorithm the SSH configuration says, which goes first."""
    host_key_algorithms: Sequence[str]
    """Empty: what the SSH configuration says."""
    known: KnownKeys

    def unless_configured(self, keyword: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return `names`; nothing, where the SSH configuration says `keyword`."""
        return () if keyword in self.configured else names

    @property
    def kinds(self) -> tuple[str, ...]:
        """The algorithms of the keys in files."""
        keys = (offer[0] if isinstance(offer, tuple) else offer for offer in self.offers)
        return tuple(key.algorithm.decode("ascii") for key in keys)

    @property
    def offers(self) -> list[Offer]:
        """The keys, each with its certificate first."""
        return Offers(offer for identity in self.identities for offer in identity.offers)

    @property
    def agent_identities(self) -> list[bytes] | None:
        """What the ssh-agent is asked for; None: whatever it has."""
        if not self.only:
            return None
        # An empty list would mean all of them; no key is called "".
        return [identity.public for identity in self.identities if identity.public] or [b""]

    @property
    def tried(self) -> str:
        """What was offered, in words."""
        agent = "the ssh-agent's keys" if os.environ.get("SSH_AUTH_SOCK") else "no ssh-agent"
        return f"{described(self.identities)}; {agent}"


class Offers(list[Offer]):
    """Keys to offer, maybe none: asyncssh takes an empty list for "the usual ones"."""

    def __bool__(self) -> bool:
        return True
