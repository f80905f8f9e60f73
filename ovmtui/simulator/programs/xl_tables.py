"""What `xl` prints on standard output. Formats as recorded from Xen 4.17."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ovmtui.simulator.domain import Condition, Domain
from ovmtui.simulator.node import Node

LIST_HEADER = "Name                                        ID   Mem VCPUs\tState\tTime(s)"
_VERBOSE_HEADER = "   UUID                            Reason-Code\tSecurity Label"
_UPTIME_HEADER = "Name                                ID Uptime"
_LETTERS = {Condition.CRASHED: "---sc-"}


def domain_list(domains: Iterable[Domain], now: float, *, verbose: bool = False) -> str:
    """Return the table of `xl list`, in the order of the ids."""
    lines = [LIST_HEADER + (_VERBOSE_HEADER if verbose else "")]
    for domain in sorted(domains, key=lambda domain: domain.domid or 0):
        letters = "r-----" if domain.domid == 0 else _letters(domain, now)
        vcpus = 0 if domain.incoming else domain.machine.vcpus
        more = f" {domain.machine.uuid}        -                -" if verbose else ""
        lines.append(
            f"{domain.name:<40} {domain.domid:>5} {domain.memory_mib:>5} {vcpus:>5}     "
            f"{letters}  {domain.cpu_seconds(now):>8.1f}{more}"
        )
    return "\n".join(lines) + "\n"


def uptimes(domains: Iterable[Domain], now: float) -> str:
    """Return the table of `xl uptime`."""
    lines = [_UPTIME_HEADER]
    for domain in domains:
        days, rest = divmod(max(0, int(now - domain.built_at)), 86_400)
        clock = f"{rest // 3600:2d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
        before = f"{days} days, " if days else ""
        lines.append(f"{domain.name:<32} {domain.domid:>5} {before}{clock}")
    return "\n".join(lines) + "\n"


def long_list(domains: Iterable[Domain]) -> str:
    """Return the JSON of `xl list -l`; of a copy that arrives libxl knows nothing yet."""
    entries = [_entry(domain) for domain in domains if not domain.incoming]
    return json.dumps(entries, indent=4) + "\n\n"


def facts(node: Node) -> str:
    """Return the lines of `xl info`."""
    spec = node.spec
    values = {
        "host": spec.name,
        "release": "6.1.0-56-amd64",
        "version": "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)",
        "machine": "x86_64",
        "nr_cpus": str(spec.cpus),
        "max_cpu_id": str(spec.cpus - 1),
        "nr_nodes": "1",
        "cores_per_socket": str(spec.cpus),
        "threads_per_core": "1",
        "cpu_mhz": f"{spec.cpu_mhz}.128",
        "hw_caps": spec.hw_caps,
        "virt_caps": "pv hvm hap gnttab-v1 gnttab-v2",
        "total_memory": str(spec.memory_mib),
        "free_memory": str(node.free_memory_mib),
        "sharing_freed_memory": "0",
        "sharing_used_memory": "0",
        "outstanding_claims": "0",
        "free_cpus": "0",
        "xen_major": "4",
        "xen_minor": "17",
        "xen_extra": ".7",
        "xen_version": "4.17.7",
        "xen_caps": "xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ",
        "xen_scheduler": "credit2",
        "xen_pagesize": "4096",
        "xen_commandline": "placeholder",
        "xend_config_format": "4",
    }
    return "".join(f"{key:<23}: {value}\n" for key, value in values.items())


def _letters(domain: Domain, now: float) -> str:
    known = _LETTERS.get(domain.condition)
    if known is not None:
        return known
    # libxl says of most guests that are not on a CPU that they are blocked; of some nothing.
    letters = domain.letters(now)
    return "------" if letters == "-b----" and (domain.key + int(now)) % 5 == 0 else letters


def _entry(domain: Domain) -> dict[str, Any]:
    machine = domain.machine
    kib = machine.memory_mib * 1024
    if domain.domid == 0:
        return {
            "domid": 0,
            "config": {
                "c_info": {"type": "pv", "name": "Domain-0"},
                "b_info": {"max_memkb": kib, "target_memkb": kib - 1, "type.pv": {}},
            },
        }
    return {
        "domid": domain.domid,
        "config": {
            "c_info": {
                "type": "hvm" if machine.hvm else "pvh",
                "name": domain.name,
                "domid": 4294967295,
                "uuid": machine.uuid,
                "run_hotplug_scripts": "True",
            },
            "b_info": {
                "max_vcpus": machine.vcpus,
                "avail_vcpus": list(range(machine.vcpus)),
                "max_memkb": kib,
                "target_memkb": kib,
                "sched_params": {"sched": "credit2", "weight": 256, "cap": 0},
            },
            "disks": [
                {
                    "pdev_path": source.partition(":")[2],
                    "vdev": device,
                    "format": "raw",
                    **({"readwrite": 1} if mode.startswith("w") else {}),
                }
                for source, device, mode in machine.disks
            ],
            "nics": [
                {"devid": number, "mac": mac.lower(), "bridge": bridge, "nictype": "vif"}
                for number, (mac, bridge) in enumerate(machine.interfaces)
            ],
            "vfbs": [{"devid": 0, "vnc": {"enable": "True", "passwd": machine.vnc_password}}],
            "on_reboot": "restart",
            "on_crash": "restart",
        },
    }
