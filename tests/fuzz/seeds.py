"""What the inputs are made from: recordings of the real tools, and texts in their formats."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random

from tests.toolstacks.recorded import recordings

NONCE = "0123456789abcdef"
_SERVICES = Path(__file__).parents[1] / "toolstacks" / "services"
_OVM = (
    "Name        Size(MB)  Mem   VCPUs  Status       Server  Server_Pool\n"
    "ovmguest1   10241     1024  1      Running      ovm2    pool1\n"
    "build7      10241     512   2      Powered Off          pool1\n",
    "ID: 6\nVirtual Machine Name: ovmguest1\nHign Availability: Enabled\nStatus: Running\n",
    "High availability has been disabled.\n\n",
    '"1";"ovm1";"Normal";"pool1"\n"2";"ovm2";"Normal";"pool1"\n',
    "Error: Internal server error\n",
)
_CONFIG = (
    "name = 'ovmguest1'\nuuid = '6b0e8a0e-6a5b-4b3c-a6f0-000000000101'\nmemory = '1024'\n"
    "vcpus = 1\ndisk = ['file:/OVS/running_pool/ovmguest1/System.img,xvda,w']\n"
    "vif = ['mac=00:16:3e:00:00:01, bridge=xenbr0']\n"
    "vfb = ['type=vnc,vncunused=1,vnclisten=0.0.0.0,vncpasswd=oracle']\n",
    "OVM_simple_name = u'x'\nname = '0004fb00000600003114ee2da8afa5b7'\n"
    "OVM_high_availability = True\n",
)
_LETTERS = "r----- -b---- ------ --p--- ---s-- ---sc- --pss- --p--d ----c-".split()
_NODE = (
    "0.52 0.41 0.38 2/345 6789\n",
    "6f1ed002-ab12-4c3d-8e9f-0123456789ab\n",
    "1795426702\n",
    "/dev/mapper/ovs_repo /OVS ocfs2 rw,_netdev 0 0\nrootfs / rootfs rw 0 0\n",
    "login 0 ok\nlogin 1 Host key verification failed.\ndone\n",
    "open 0\nopen 2\ndone\n",
    "found xm\nfound xl\ntrace of xend\nhost : ovm1\nanswered 1\nasked\n",
    "found xl\nasked\n",
    "[2026-11-23 09:43:37 1] INFO (XendCheckpoint:417) Saving memory pages: iter 1  45%\n",
    "10:52:36 INFO    OVMGUEST1.HB#1    High availability has been disabled.\n",
    "@ n:ovm1 o:ovmguest1 r:container#1 sc:n\n  E start: waited too long\n",
    "ok! process OVSAgentServer exists.\n",
    "[base]\nname=base\nbaseurl=http://repo/$releasever\nenabled=1\n",
    f"\n@{NONCE} begin domains\nName ID\n\n@{NONCE} end domains 0\n",
)


@cache
def tables() -> tuple[str, ...]:
    """Return every recorded listing of domains."""
    return tuple(dict.fromkeys(one.stdout for one in recordings() if one.is_table))


@cache
def long_listings() -> tuple[str, ...]:
    """Return every recorded long listing."""
    found = (one.stdout for one in recordings() if " -l" in one.command or "--long" in one.command)
    return tuple(dict.fromkeys(text for text in found if text.lstrip().startswith(("(", "["))))


@cache
def infos() -> tuple[str, ...]:
    """Return every recorded set of a node's facts, and of uptimes."""
    verbs = ("xm info", "xl info", "xm uptime", "xl uptime")
    return tuple(dict.fromkeys(o.stdout for o in recordings() if o.command.startswith(verbs)))


@cache
def complaints() -> tuple[str, ...]:
    """Return everything that was ever said on standard error."""
    return tuple(dict.fromkeys(one.stderr for one in recordings() if one.stderr))


@cache
def others() -> tuple[str, ...]:
    """Return texts of every other kind."""
    files = sorted(path for path in _SERVICES.rglob("*") if path.is_file())
    services = tuple(path.read_text(encoding="utf-8", errors="replace") for path in files)
    return (*_OVM, *_CONFIG, *_NODE, *services[:30])


@cache
def every() -> Mapping[str, tuple[str, ...]]:
    """Return the seeds by kind."""
    return {
        "tables": tables(),
        "long": long_listings(),
        "infos": infos(),
        "complaints": complaints(),
        "others": others(),
    }


def made_table(random: Random) -> str:
    """Return a listing in either tool's form, of domains that never were."""
    libxl = random.random() < 0.5
    head = "Name                                        ID   Mem VCPUs"
    rows = [f"{head}\tState\tTime(s)" if libxl else f"{head}      State   Time(s)"]
    for domid in range(random.randint(1, 8)):
        name = "Domain-0" if domid == 0 else _name(random)
        memory, vcpus = random.choice((0, 39, 80, 1024, 250_000)), random.choice((0, 1, 16))
        letters = random.choice(
            (
                "r-----",
                "-b----",
                "------",
                "--p---",
                "---s--",
                "---sc-",
                "--pss-",
                "--p--d",
                "----c-",
            )
        )
        time = random.choice((0.0, 12.3, 5_447_521.2))
        shown = f"     {letters}  {time:8.1f}" if libxl else f" {letters:>10} {time:>8.1f}"
        rows.append(f"{name:<40} {domid:>5} {memory:>5} {vcpus:>5}{shown}")
        if not libxl and random.random() < 0.1:
            rows.append(f"{_name(random):<40} {'':>5} {memory:>5} {vcpus:>5} {'':>10} {0.0:>8.1f}")
    return "\n".join(rows) + "\n"


def _name(random: Random) -> str:
    stem = random.choice(("10_web01", "0004fb00000600003114ee2da8afa5b7", "(null)", "a.b:c/d+e"))
    before = random.choice(("", "", "", "migrating-", "Zombie-"))
    after = random.choice(("", "", "", "--incoming", "--migratedaway"))
    return f"{before}{stem}{random.randint(0, 99)}{after}"
