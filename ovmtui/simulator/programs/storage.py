"""`df` and `sg_persist` of a node: how full the repositories are, and who reserves a disk."""

from __future__ import annotations

from ovmtui.simulator import vmfiles
from ovmtui.simulator.programs.call import Call

_TOTAL_KIB = 1_048_576_000
_PER_MACHINE_KIB = 20_971_520


async def df(call: Call) -> int:
    """Tell the space of mounted file systems: `df -P -k PATH...`."""
    paths = [word for word in call.arguments if not word.startswith("-")]
    call.out("Filesystem         1024-blocks      Used Available Capacity Mounted on\n")
    mount = str(vmfiles.mount_point(call.world.root))
    code = 0
    for path in paths:
        if not path.startswith(mount):
            call.err(f"df: `{path}': No such file or directory\n")
            code = 1
            continue
        used = _PER_MACHINE_KIB * len(call.world.guests)
        share = round(100 * used / _TOTAL_KIB)
        call.out(f"/dev/mapper/ovs_repo {_TOTAL_KIB} {used} {_TOTAL_KIB - used} {share}% {mount}\n")
    return code


async def sg_persist(call: Call) -> int:
    """Register, reserve or read: the forms that OpenSVC's driver uses."""
    world, words = call.world, list(call.arguments)
    if not words:
        call.err("sg_persist: no device name given\n")
        return 1
    disk = words[-1]
    options = dict(word.partition("=")[::2] for word in words if word.startswith("--"))
    if "--reserve" in options:
        world.reservations[disk] = options.get("--param-rk", "")
        return 0
    if "--release" in options:
        world.reservations.pop(disk, None)
        return 0
    if "--register-ignore" in options:
        return 0
    holder = world.reservations.get(disk)
    call.out("  PR generation=0x5, ")
    if holder is None:
        call.out("there is NO reservation held\n")
    else:
        call.out(
            f"Reservation follows:\n    Key={holder}\n"
            "    scope: LU_SCOPE,  type: Write Exclusive, registrants only\n"
        )
    return 0
