"""A node that shows another host key."""

from __future__ import annotations

from ovmtui.model.hostkey import HostKeyChange, KnownEntry
from ovmtui.runtime.interface import KeyChange
from tests.ui.support import pools
from tests.ui.support.driving import Driver

FILE = "/home/alice/.ssh/known_hosts"
_OLD = "SHA256:oldRmVyYWxseSBub3QgYSBrZXksIGJ1dCBhcyBsb25nIGE"
_NEW = "SHA256:newRmVyYWxseSBub3QgYSBrZXksIGJ1dCBhcyBsb25nIGE"


def changed() -> KeyChange:
    """Return the question about ovm3, whose known key is hashed."""
    entry = KnownEntry(
        file=FILE,
        line=12,
        text="|1|c2FsdA==|aGFzaA== ssh-rsa AAAA",
        kind="ssh-rsa",
        fingerprint=_OLD,
        hashed=True,
        since="",
    )
    change = HostKeyChange(
        name="10.0.0.3",
        fingerprint=_NEW,
        key="ssh-ed25519 AAAA",
        entries=(entry,),
        written="2026-03-04T05:06Z",
    )
    return KeyChange(pools.node_key("ovm3"), "10.0.0.3", change)


async def host_key_changed(driver: Driver) -> None:
    """Show the dialogue."""
    driver.console.emit(changed())
    await driver.settle()
