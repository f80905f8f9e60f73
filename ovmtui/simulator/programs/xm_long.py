"""The long listing of xend 3.4: a domain as an S-expression."""

from __future__ import annotations

import time
import uuid

from ovmtui.simulator.domain import Condition, Domain
from ovmtui.simulator.programs.sxp import Sxp, pretty

_CPUS_OF_A_MAP = 64
_STATUS = {
    Condition.HALTED: "0",
    Condition.SHUTDOWN: "0",
    Condition.PAUSED: "1",
    Condition.RUNNING: "2",
    Condition.CRASHED: "5",
}
_HVM_BEFORE = """timer_mode=0 videoram=4 vnc=1 vpt_align=1 nographic=0 hpet=0 rtc_timeoffset=0
    guest_os_type=default vnclisten=0.0.0.0 loader=/usr/lib/xen/boot/hvmloader"""
_HVM_AFTER = """pci_msitranslate=1 apic=1 serial=pty xen_platform_pci=1 hap=1 monitor=0
    device_model=/usr/lib/xen/bin/qemu-dm boot=c pci_power_mgmt=0 usbdevice=tablet pae=1 stdvga=0
    usb=0 xauthority=/root/.Xauthority isa=0 viridian=0 acpi=1 vncunused=1 localtime=0"""


def long_listing(domain: Domain, now: float) -> str:
    """Return the domain's entry of `xm list -l`; it holds the VNC password in clear."""
    return pretty(expression(domain, now)) + "\n"


def expression(domain: Domain, now: float) -> Sxp:
    """Return the domain as xend describes it."""
    if domain.domid == 0:
        return _control_domain(domain, now)
    machine = domain.machine
    loader = ("", "") if machine.hvm else ("/usr/bin/pygrub", "-q")
    parts: list[Sxp] = ["domain"]
    if domain.domid is not None:
        parts.append(("domid", str(domain.domid)))
    parts += [
        ("bootloader", loader[0]),
        ("on_crash", "restart"),
        ("uuid", machine.uuid),
        ("bootloader_args", loader[1]),
        ("vcpus", str(machine.vcpus)),
        ("name", domain.name),
        ("cpus", tuple(() for _ in range(machine.vcpus))),
        ("on_reboot", "restart"),
        ("on_poweroff", "preserve" if domain.condition is Condition.SHUTDOWN else "destroy"),
        ("maxmem", str(machine.memory_mib)),
        ("memory", str(machine.memory_mib)),
        ("shadow_memory", "10" if machine.hvm else "0"),
        ("features", ""),
        ("on_xend_start", "ignore"),
        ("on_xend_stop", "ignore"),
    ]
    if domain.domid is not None:
        # The node's clock is the wall's, however fast the pool lives: so the uptime is right.
        started = time.time() - (now - domain.built_at)
        parts += [
            ("start_time", f"{started:.2f}"),
            ("cpu_time", _seconds(domain.cpu_seconds(now))),
            ("online_vcpus", str(machine.vcpus)),
        ]
    parts.append(("image", _image(domain)))
    parts.append(("status", _STATUS[domain.condition]))
    if domain.domid is not None:
        parts += [("state", domain.letters(now)), ("store_mfn", "1001")]
        if not machine.hvm:
            parts.append(("console_mfn", "1002"))
    parts += [("device", device) for device in _devices(domain)]
    return parts


def _control_domain(domain: Domain, now: float) -> Sxp:
    every_cpu = tuple(str(cpu) for cpu in range(_CPUS_OF_A_MAP))
    vcpus, memory = domain.machine.vcpus, str(domain.machine.memory_mib)
    return (
        "domain",
        ("domid", "0"),
        ("bootloader", ""),
        ("on_crash", "restart"),
        ("uuid", domain.machine.uuid),
        ("bootloader_args", ""),
        ("vcpus", str(vcpus)),
        ("name", domain.name),
        ("cpus", (every_cpu,) * vcpus),
        ("on_reboot", "restart"),
        ("on_poweroff", "destroy"),
        ("maxmem", memory),
        ("memory", memory),
        ("shadow_memory", "0"),
        ("features", ""),
        ("on_xend_start", "ignore"),
        ("on_xend_stop", "ignore"),
        ("cpu_time", _seconds(domain.cpu_seconds(now))),
        ("online_vcpus", str(vcpus)),
        ("image", ("linux", ("kernel", ""))),
        ("status", "2"),
        ("state", "r-----"),
    )


def _image(domain: Domain) -> Sxp:
    if domain.machine.hvm:
        return (
            "hvm",
            ("kernel", ""),
            *_pairs(_HVM_BEFORE),
            ("pci", ()),
            *_pairs(_HVM_AFTER),
            ("notes", ("SUSPEND_CANCEL", "1")),
        )
    image: tuple[Sxp, ...] = (
        "linux",
        ("kernel", ""),
        ("videoram", "4"),
        ("device_model", "/usr/lib64/xen/bin/qemu-dm"),
    )
    return image if domain.domid is None else (*image, ("notes",))


def _devices(domain: Domain) -> list[Sxp]:
    machine, built = domain.machine, domain.domid is not None
    devices: list[Sxp] = []
    for number, (mac, bridge) in enumerate(machine.interfaces):
        vif: list[Sxp] = ["vif", ("bridge", bridge), ("mac", mac)]
        if built:
            vif.append(("script", "/etc/xen/scripts/vif-bridge"))
        vif.append(_uuid(domain, f"vif{number}"))
        if machine.hvm:
            vif.append(("type", "ioemu"))
        devices.append([*vif, ("backend", "0")] if built else vif)
    if not machine.hvm:
        devices.append(("vkbd", ("backend", "0") if built else _uuid(domain, "vkbd")))
    if built:
        location = str(2 * (domain.domid or 0) - 2)
        console = _uuid(domain, "console")
        devices.append(("console", ("protocol", "vt100"), ("location", location), console))
    for source, device, mode in machine.disks:
        bootable = ("bootable", "1")
        vbd: list[Sxp] = ["vbd", _uuid(domain, device), bootable]
        if built:
            vbd += [("dev", f"{device}:disk"), ("uname", source), ("mode", mode)]
            vbd += [("backend", "0"), bootable, ("VDI", "")]
        else:
            vbd += [("driver", "paravirtualised"), ("dev", device), ("uname", source)]
            vbd.append(("mode", mode))
        devices.append(vbd)
    vnc: list[Sxp] = ["vfb", ("vncunused", "1"), ("vnc", "1")]
    if not machine.hvm:
        vnc.append(("xauthority", "/root/.Xauthority"))
    vnc.append(("vnclisten", "0.0.0.0"))
    if machine.vnc_password and not machine.hvm:
        vnc.append(("vncpasswd", machine.vnc_password))
    if not machine.hvm:
        vnc.append(("keymap", "en-us"))
    devices.append([*vnc, _uuid(domain, "vfb")])
    return devices


def _pairs(text: str) -> list[Sxp]:
    return [tuple(word.split("=")) for word in text.split()]


def _uuid(domain: Domain, device: str) -> Sxp:
    return ("uuid", str(uuid.uuid5(uuid.UUID(domain.machine.uuid), device)))


def _seconds(value: float) -> str:
    whole, _, part = f"{value:.9f}".partition(".")
    return f"{whole}.{part.rstrip('0') or '0'}"
