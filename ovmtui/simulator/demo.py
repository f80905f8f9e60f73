"""Pools to start with: the demo's, and larger ones for benchmarks."""

from __future__ import annotations

from dataclasses import replace

from ovmtui.simulator.generation3 import oracle3
from ovmtui.simulator.spec import (
    ConfigStyle,
    ErrorStyle,
    Latencies,
    NodeSpec,
    PoolSpec,
    Power,
    Tools,
    VmSpec,
)

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0
_OPENSVC = "1.8"
"""The agents' version, which looks after HA itself."""
_LONG_NAME = "web_frontend_with_a_really_long_name_that_overflows_the_column"
_OTHER_CPU = "bfebfbff:2c100800:00000000:00003f40:029ee3ff:00000000:00000001:00000000"


def demo_spec() -> PoolSpec:
    """Return the demo's pool: four nodes and 31 machines as an operator would have them."""
    nodes = (
        NodeSpec("ovm1", memory_mib=65_535, first_domid=31, uptime=112 * _DAY, load=0.42),
        NodeSpec(
            "ovm2",
            memory_mib=65_535,
            first_domid=18,
            uptime=112 * _DAY,
            load=0.65,
            opensvc=_OPENSVC,
        ),
        NodeSpec(
            "ovm3",
            memory_mib=49_151,
            first_domid=44,
            uptime=87 * _DAY,
            load=0.21,
            opensvc=_OPENSVC,
            xend_starts_at_boot=("dns2",),
        ),
        # An older server: what runs here cannot be moved from or to the others.
        NodeSpec(
            "ovm4",
            memory_mib=32_767,
            first_domid=9,
            uptime=19 * _DAY,
            load=0.12,
            ovmcli=False,
            cpu_mhz=2294,
            hw_caps=_OTHER_CPU,
        ),
    )
    return PoolSpec(nodes=nodes, vms=_demo_vms(), services=_demo_services())


def xl_spec() -> PoolSpec:
    """Return the demo's pool with libxl's `xl` on every node, one of which has an `xm`, too."""
    return _with_tools(Tools.XL, Tools.XL, Tools.SHIM, Tools.XL)


def mixed_spec() -> PoolSpec:
    """Return the demo's pool with xend on two nodes and libxl on two."""
    return _with_tools(Tools.XM, Tools.BOTH, Tools.XL, Tools.SHIM)


def _with_tools(*tools: Tools) -> PoolSpec:
    """Return the demo's pool with other programs, and without agents, which know `xm` only."""
    spec = demo_spec()
    nodes = zip(spec.nodes, tools, strict=True)
    return replace(
        spec,
        nodes=tuple(replace(node, tools=own, opensvc="") for node, own in nodes),
        services={},
    )


def second_pool_spec() -> PoolSpec:
    """Return a small pool of Oracle VM 3, to stand beside the demo's."""
    month = 30 * _DAY
    machines = (
        VmSpec("crm-db", 8192, 4, "ovs31", load=1.2, uptime=month, shutdown_seconds=25.0),
        VmSpec("crm-app1", 4096, 2, "ovs31", load=0.4, uptime=month),
        VmSpec("crm-app2", 4096, 2, "ovs32", load=0.35, uptime=month),
        VmSpec("file server (old)", 2048, 1, "ovs32", ha=False, load=0.1, uptime=month),
        VmSpec("sandbox", 1024, 1, "ovs33", ha=False, load=0.05, uptime=_HOUR),
        VmSpec("reporting", 4096, 2, power=Power.DOWN, ha=False),
    )
    return PoolSpec(
        name="pool3",
        generation=3,
        nodes=tuple(
            NodeSpec(f"ovs3{number}", memory_mib=49_151, uptime=60 * _DAY, cpu_mhz=2800)
            for number in (1, 2, 3)
        ),
        # Two machines are called `sandbox`: names are not unique in Oracle VM 3.
        vms=(*map(oracle3, machines), oracle3(replace(machines[4], node="ovs32"), other=1)),
        errors=ErrorStyle.PYTHON26,
        seed=3,
    )


def fleet_spec(nodes: int, vms_per_node: int, *, down_per_node: int = 2) -> PoolSpec:
    """Return a pool of `nodes` servers with `vms_per_node` small machines on each.

    Args:
        nodes: how many servers, named `ovm1` and so on.
        vms_per_node: machines on each server, of 256 MiB.
        down_per_node: how many of these are down.
    """
    memory = max(16_383, 1024 + 300 * vms_per_node)
    return PoolSpec(
        nodes=tuple(NodeSpec(f"ovm{number + 1}", memory_mib=memory) for number in range(nodes)),
        vms=tuple(
            VmSpec(
                f"vm{number + 1:03d}-{index + 1:03d}",
                memory_mib=256,
                vcpus=1 + index % 4,
                node=f"ovm{number + 1}",
                power=Power.DOWN if index >= vms_per_node - down_per_node else Power.RUNNING,
                ha=index % 3 != 0,
                load=0.01 * (index % 7),
                uptime=_DAY * (index + 1),
            )
            for number in range(nodes)
            for index in range(vms_per_node)
        ),
        latencies=Latencies(manager=(0.5, 1.0)),
    )


def _demo_services() -> dict[str, str]:
    """Return the OpenSVC services of some machines, with the files' texts."""
    text = (
        "[DEFAULT]\napp = {app}\nnodes = ovm2 ovm3\norchestrate = start\nenv = {env}\n"
        "mode = ovm\n\n[ip#1]\nipdev = xenbr0\nipname = {name}\n\n[hb#1]\ntype = ovm\n"
    )
    services = (("psft-app1", "PSFT", "PRD"), ("psft-app2", "PSFT", "PRD"))
    return {
        name: text.format(name=name, app=app, env=env)
        for name, app, env in (*services, ("mailrelay", "MAIL", "INT"))
    }


def _demo_vms() -> tuple[VmSpec, ...]:
    quoted, oracle3 = ConfigStyle.QUOTED, ConfigStyle.ORACLE3
    down, paused = Power.DOWN, Power.PAUSED
    return (
        VmSpec("ovmguest1", 1024, 1, "ovm1", load=0.04, uptime=41 * _DAY),
        VmSpec("web01", 2048, 2, "ovm1", load=0.35, uptime=63 * _DAY),
        VmSpec("web02", 2048, 2, "ovm2", load=0.31, uptime=63 * _DAY),
        VmSpec("web03", 2048, 2, "ovm3", load=0.28, uptime=12 * _DAY),
        VmSpec("web04", 2048, 2, power=down, style=quoted),
        VmSpec("lb01", 512, 1, "ovm1", load=0.09, uptime=87 * _DAY),
        VmSpec("lb02", 512, 1, "ovm2", load=0.02, uptime=87 * _DAY),
        VmSpec(
            "oradb01",
            8192,
            4,
            "ovm1",
            directory="36_oradb01",
            load=1.9,
            uptime=99 * _DAY,
            style=quoted,
            shutdown_seconds=35.0,
            ping_seconds=25.0,
            login_seconds=40.0,
        ),
        VmSpec(
            "oradb02",
            8192,
            4,
            "ovm2",
            directory="37_oradb02",
            load=1.4,
            uptime=99 * _DAY,
            style=quoted,
            shutdown_seconds=35.0,
            ping_seconds=25.0,
            login_seconds=40.0,
        ),
        VmSpec("oradb03", 12_288, 8, "ovm3", load=3.1, uptime=30 * _DAY, shutdown_seconds=40.0),
        VmSpec("oradb-test", 4096, 2, power=down, ha=False),
        VmSpec("12_ebsapp", 6144, 4, "ovm2", load=0.8, uptime=27 * _DAY, style=quoted),
        VmSpec(
            "ebsdb.prod.example.com",
            10_240,
            6,
            "ovm1",
            directory="ebsdb_prod_example_com",
            load=2.2,
            uptime=27 * _DAY,
        ),
        VmSpec("psft-app1", 4096, 2, "ovm3", load=0.5, uptime=8 * _DAY),
        VmSpec("psft-app2", 4096, 2, "ovm2", load=0.45, uptime=8 * _DAY),
        VmSpec("psft-batch", 3072, 2, power=down),
        VmSpec("weblogic1", 4096, 2, "ovm1", load=0.6, uptime=18 * _DAY, style=oracle3),
        VmSpec("weblogic2", 4096, 2, "ovm3", load=0.55, uptime=18 * _DAY, style=oracle3),
        VmSpec(
            "build7",
            4096,
            4,
            "ovm4",
            ha=False,
            load=2.6,
            uptime=5 * _HOUR,
            ignores_shutdown=True,
        ),
        VmSpec("build8", 4096, 4, "ovm4", ha=False, load=0.02, uptime=5 * _HOUR),
        VmSpec("build9", 4096, 4, power=down, ha=False),
        VmSpec("ci-runner", 2048, 2, "ovm4", ha=False, load=0.9, uptime=40 * _MINUTE),
        VmSpec("dns1", 256, 1, "ovm2", load=0.01, uptime=112 * _DAY),
        VmSpec("dns2", 256, 1, "ovm3", load=0.01, uptime=87 * _DAY),
        VmSpec("ldap1", 1024, 1, "ovm2", load=0.05, uptime=112 * _DAY),
        # Its service wants HA, and somebody has switched it off.
        VmSpec("mailrelay", 1024, 1, "ovm3", ha=False, load=0.12, uptime=51 * _DAY),
        VmSpec("monitor1", 2048, 2, "ovm4", load=0.4, uptime=19 * _DAY),
        VmSpec("winsrv", 4096, 2, "ovm2", hvm=True, load=0.2, uptime=14 * _DAY),
        VmSpec("forensics", 1024, 1, "ovm4", power=paused, ha=False, uptime=2 * _DAY),
        VmSpec(_LONG_NAME, 512, 1, "ovm3", directory="88_web_frontend", uptime=3 * _DAY),
        VmSpec("archive2009", 1024, 1, power=down, ha=False, directory="7_archive"),
    )
