"""The tables of xm 3.4 to 4.4: lists, uptimes, facts. Formats as recorded from Xen 3.4.4."""

from __future__ import annotations

from collections.abc import Iterable

from ovmtui.simulator.domain import Domain
from ovmtui.simulator.node import Node

LIST_HEADER = "Name                                        ID   Mem VCPUs      State   Time(s)"
_UPTIME_HEADER = "Name                                ID Uptime "
_VCPU_HEADER = "Name                                ID  VCPU   CPU State   Time(s) CPU Affinity"


def in_order(domains: Iterable[Domain]) -> list[Domain]:
    """Return the domains as xm sorts them: by name in byte order, then by id."""
    return sorted(domains, key=lambda domain: (domain.name.encode(), domain.domid or 0))


def domain_list(domains: Iterable[Domain], now: float, *, labels: bool = False) -> str:
    """Return the table of `xm list`."""
    blank = f" {'':<10}" if labels else ""
    lines = [LIST_HEADER + (f" {'Label':<10}" if labels else "")]
    for domain in domains:
        letters = "r-----" if domain.domid == 0 else domain.letters(now)
        lines.append(
            f"{domain.name:<40} {_domid(domain):>5} {domain.machine.memory_mib:>5} "
            f"{domain.machine.vcpus:>5} {letters:>10} {domain.cpu_seconds(now):>8.1f}{blank}"
        )
    return "\n".join(lines) + "\n"


def uptimes(domains: Iterable[Domain], now: float) -> str:
    """Return the table of `xm uptime`."""
    lines = [_UPTIME_HEADER]
    for domain in domains:
        seconds = 0.0 if domain.domid is None else max(0.0, now - domain.built_at)
        lines.append(f"{domain.name:<32} {_domid(domain):>5} {_duration(int(seconds))}")
    return "\n".join(lines) + "\n"


def vcpus(domains: Iterable[Domain], now: float) -> str:
    """Return the table of `xm vcpu-list`."""
    lines = [_VCPU_HEADER]
    for domain in domains:
        if domain.domid is None:
            lines.append(f"{domain.name:<32} {'':>5} {0:>5} {'':>5} {'':>5} {0.0:>9.1f} any cpu")
            continue
        for number in range(domain.machine.vcpus):
            state = "--p" if "p" in domain.letters(now) else "-b-"
            if domain.domid == 0:
                state = "---" if number else "r--"
            share = domain.cpu_seconds(now) / domain.machine.vcpus
            cpu = number if domain.domid == 0 else (domain.key + number) % 8
            lines.append(
                f"{domain.name:<32} {domain.domid:>5} {number:>5} {cpu:>5}   {state} "
                f"{share:>9.1f} any cpu"
            )
    return "\n".join(lines) + "\n"


def facts(node: Node) -> str:
    """Return the lines of `xm info`."""
    spec = node.spec
    values = {
        "host": spec.name,
        "release": "2.6.18-128.2.1.4.25.el5xen",
        "version": "#1 SMP Tue Mar 23 12:43:27 EDT 2010",
        "machine": "x86_64",
        "nr_cpus": str(spec.cpus),
        "nr_nodes": "1",
        "cores_per_socket": "4",
        "threads_per_core": "1",
        "cpu_mhz": str(spec.cpu_mhz),
        "hw_caps": spec.hw_caps,
        "virt_caps": "hvm",
        "total_memory": str(spec.memory_mib),
        "free_memory": str(node.free_memory_mib),
        "node_to_cpu": f"node0:0-{spec.cpus - 1}",
        "node_to_memory": f"node0:{node.free_memory_mib // 1024}",
        "xen_major": "3",
        "xen_minor": "4",
        "xen_extra": ".0",
        "xen_caps": "xen-3.0-x86_64 xen-3.0-x86_32p hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ",
        "xen_scheduler": "credit",
        "xen_pagesize": "4096",
        "platform_params": "virt_start=0xffff800000000000",
        "xen_changeset": "unavailable",
        "cc_compiler": "gcc version 4.1.2 20080704 (Red Hat 4.1.2-46)",
        "cc_compile_by": "mockbuild",
        "cc_compile_domain": "us.oracle.com",
        "cc_compile_date": "Fri Oct 16 10:00:00 EDT 2009",
        "xend_config_format": "4",
    }
    return "".join(f"{key:<23}: {value}\n" for key, value in values.items())


def _domid(domain: Domain) -> str:
    return "" if domain.domid is None else str(domain.domid)


def _duration(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = f"{hours:2d}:{minutes:02d}:{seconds:02d}"
    if days == 0:
        return clock
    return f"{days} day{'s' if days > 1 else ''}, {clock}"
