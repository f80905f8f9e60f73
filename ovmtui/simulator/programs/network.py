"""`ping`, `ssh`, `nc` and `brctl` of a node: what it sees of guests and other nodes."""

from __future__ import annotations

import getopt

from ovmtui.simulator.domain import Domain
from ovmtui.simulator.node import Node, Plug, Xend
from ovmtui.simulator.programs.call import Call

_RELOCATION_PORT = 8002
_MANAGER_PORT = 4443
_BRIDGES_HEADER = "bridge name\tbridge id\t\tSTP enabled\tinterfaces\n"


async def ping(call: Call) -> int:
    """Send echo requests: `ping -c 1 -W 1 -w 1 ADDRESS`."""
    options, words = getopt.gnu_getopt(list(call.arguments), "c:W:w:i:nqI:")
    if len(words) != 1:
        call.err("Usage: ping [-c count] [-W timeout] [-w deadline] destination\n")
        return 2
    host = words[0]
    if not _is_known(call, host):
        call.err(f"ping: unknown host {host}\n")
        return 2
    address = _address(call, host)
    call.out(f"PING {host} ({address}) 56(84) bytes of data.\n")
    answers = _answers(call, host)
    if not answers:
        chosen = dict(options)
        await call.world.timeline.sleep(float(chosen.get("-w", chosen.get("-W", "10"))))
        answers = _answers(call, host)
    received, lost = (1, 0) if answers else (0, 100)
    if answers:
        call.out(f"64 bytes from {host} ({address}): icmp_seq=1 ttl=64 time=0.312 ms\n")
    call.out(
        f"\n--- {host} ping statistics ---\n1 packets transmitted, {received} received, "
        f"{lost}% packet loss, time 0ms\n"
    )
    if answers:
        call.out("rtt min/avg/max/mdev = 0.312/0.312/0.312/0.000 ms\n")
    return 0 if answers else 1


async def ssh(call: Call) -> int:
    """Log in to a guest or another node; the commands there are `pwd`, `true`, `command -v xl`."""
    options, words = getopt.getopt(list(call.arguments), "o:p:l:i:F:nqTxtvCNfa46")
    if not words:
        call.err("usage: ssh [options] [user@]hostname [command]\n")
        return 255
    host = words[0].rpartition("@")[2]
    if not _is_known(call, host):
        call.err(f"ssh: {host}: Name or service not known\n")
        return 255
    if not _accepts_login(call, host):
        if _answers(call, host):
            call.err(f"ssh: connect to host {host} port 22: Connection refused\n")
            return 255
        await call.world.timeline.sleep(_connect_timeout(options))
        call.err(f"ssh: connect to host {host} port 22: Connection timed out\n")
        return 255
    if host in call.node.login_troubles:
        call.err(f"{call.node.login_troubles[host]}\n")
        return 255
    command = " ".join(words[1:])
    if command == "pwd":
        call.out("/root\n")
    if command == "command -v xl" and host in call.world.nodes:
        has_it = "xl" in call.world.nodes[host].spec.tools.value
        call.out("/usr/sbin/xl\n" if has_it else "")
        return 0 if has_it else 1
    return 0 if command in {"pwd", "true", ""} else 127


async def nc(call: Call) -> int:
    """Try a port: `nc -z -w 5 HOST PORT`. Nodes have the relocation port and SSH."""
    options, words = getopt.gnu_getopt(list(call.arguments), "zvw:n")
    if len(words) != 2 or not words[1].isdigit():
        call.err("usage: nc [-zv] [-w timeout] host port\n")
        return 1
    host, port = words[0], int(words[1])
    node = call.world.nodes.get(host)
    if host == call.world.spec.manager_host and port == _MANAGER_PORT:
        if call.world.manager.is_up:
            call.out(f"Connection to {host} {port} port [tcp/*] succeeded!\n")
            return 0
        call.err(f"nc: connect to {host} port {port} (tcp) failed: Connection refused\n")
        return 1
    if node is None:
        call.err(f"nc: getaddrinfo: Name or service not known: {host}\n")
        return 1
    if node.plug is not Plug.UP:
        await call.world.timeline.sleep(float(dict(options).get("-w", "5")))
        call.err(f"nc: connect to {host} port {port} (tcp) timed out\n")
        return 1
    if not _listens(node, port):
        call.err(f"nc: connect to {host} port {port} (tcp) failed: Connection refused\n")
        return 1
    call.out(f"Connection to {host} {port} port [tcp/*] succeeded!\n")
    return 0


async def brctl(call: Call) -> int:
    """List the bridges: `brctl show`."""
    if call.arguments != ("show",):
        call.err("Usage: brctl [commands]\n")
        return 1
    call.out(_BRIDGES_HEADER)
    for number, bridge in enumerate(call.node.spec.bridges):
        call.out(f"{bridge}\t\t8000.00163e0000{number:02x}\tno\t\teth{number}\n")
    return 0


def _listens(node: Node, port: int) -> bool:
    if port == _RELOCATION_PORT:
        return node.relocation_server and node.xend not in {Xend.STOPPED, Xend.CRASHED}
    return port == 22


def _is_known(call: Call, host: str) -> bool:
    return host in call.world.nodes or any(
        host in {vm.name, vm.simple_name} for vm in call.world.spec.vms
    )


def _address(call: Call, host: str) -> str:
    known = [*call.world.nodes, *(vm.simple_name or vm.name for vm in call.world.spec.vms)]
    return f"10.20.{known.index(host) // 250}.{known.index(host) % 250 + 1}"


def _answers(call: Call, host: str) -> bool:
    if host in call.world.nodes:
        return call.world.nodes[host].plug is Plug.UP
    return any(domain.answers_ping(call.world.now) for domain in _reachable(call, host))


def _accepts_login(call: Call, host: str) -> bool:
    if host in call.world.nodes:
        return call.world.nodes[host].plug is Plug.UP
    return any(domain.accepts_login(call.world.now) for domain in _reachable(call, host))


def _reachable(call: Call, host: str) -> list[Domain]:
    """Return the copies of the guest whose node is on the network, or is this one."""
    return [
        domain
        for node, domain in call.world.everywhere()
        if host in {domain.machine.name, domain.guest.simple_name}
        and (node.plug is Plug.UP or node is call.node)
    ]


def _connect_timeout(options: list[tuple[str, str]]) -> float:
    for option, value in options:
        key, _, seconds = value.partition("=")
        if option == "-o" and key.lower() == "connecttimeout":
            return float(seconds)
    return 10.0
