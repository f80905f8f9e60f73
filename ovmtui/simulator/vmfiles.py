"""The repository: real, small files as the nodes of a pool share them."""

from __future__ import annotations

import ast
import uuid
from pathlib import Path

from ovmtui.simulator.domain import Machine
from ovmtui.simulator.errors import XendError
from ovmtui.simulator.spec import REPOSITORY, REPOSITORY3, ConfigStyle, PoolSpec, VmSpec

_IMAGE = "System.img"
_IMAGE_BYTES = 4096


def mount_point(root: Path) -> Path:
    """Return where every node has the repository mounted."""
    return root / "var" / "ovs" / "mount" / REPOSITORY


def repository3(root: Path) -> Path:
    """Return where every node of an Oracle VM 3 pool has the repository mounted."""
    return root / "OVS" / "Repositories" / REPOSITORY3


def repository_of(root: Path, spec: PoolSpec) -> Path:
    """Return where the nodes of a pool have their repository mounted."""
    return repository3(root) if spec.generation == 3 else mount_point(root)


def running_pool(root: Path) -> Path:
    """Return the directory of the machines' directories below `root`."""
    return mount_point(root) / "running_pool"


def config_path(root: Path, vm: VmSpec) -> Path:
    """Return the path of the machine's vm.cfg."""
    if vm.simple_name:
        return repository3(root) / "VirtualMachines" / vm.name / "vm.cfg"
    return running_pool(root) / vm.folder / "vm.cfg"


def image_path(root: Path, vm: VmSpec) -> Path:
    """Return the path of the machine's disk."""
    if vm.simple_name:
        return repository3(root) / "VirtualDisks" / f"0004fb0000120000{vm.name[16:]}.img"
    return config_path(root, vm).with_name(_IMAGE)


def mac_of(vm: VmSpec) -> str:
    """Return the machine's MAC address, of Xen's own range."""
    tail = uuid.UUID(vm.identity).bytes[-3:]
    return "00:16:3E:" + ":".join(f"{byte & 0x7F:02X}" for byte in tail)


def write_machine(root: Path, vm: VmSpec) -> None:
    """Make the machine's directory with its vm.cfg and a disk image."""
    path = config_path(root, vm)
    path.parent.mkdir(parents=True, exist_ok=True)
    image = image_path(root, vm)
    image.parent.mkdir(parents=True, exist_ok=True)
    image.write_bytes(b"\0" * _IMAGE_BYTES)
    write_config(root, vm)


def write_config(root: Path, vm: VmSpec) -> None:
    """Write the machine's vm.cfg, whole or not at all."""
    path = config_path(root, vm)
    new = path.with_name(f"{path.name}.new")
    new.write_text(_config(vm, image_path(root, vm)))
    new.replace(path)


def is_there(path: str) -> bool:
    """Return whether there is a file at `path`."""
    return Path(path).is_file()


def read_machine(path: str) -> Machine:
    """Return the machine of the vm.cfg at `path`, as `xm create` understands it.

    Raises:
        XendError: with the text that xm prints for such a file.
    """
    try:
        source = Path(path).read_text(errors="replace")
    except OSError:
        raise XendError(f"Unable to open config file: {path}") from None
    try:
        return _machine(_assignments(source, path))
    except ValueError as error:
        raise XendError(str(error), usage=False) from None


def _machine(values: dict[str, object]) -> Machine:
    name = str(values.get("name", ""))
    if not name or any(character.isspace() for character in name):
        raise XendError("Invalid VM Name", usage=False)
    return Machine(
        name=name,
        uuid=str(uuid.UUID(str(values["uuid"]))) if "uuid" in values else str(uuid.uuid4()),
        memory_mib=int(str(values.get("memory", 128))),
        vcpus=int(str(values.get("vcpus", 1))),
        disks=tuple(_disk(entry) for entry in _strings(values.get("disk"))),
        interfaces=tuple(_interface(entry) for entry in _strings(values.get("vif"))),
        hvm=values.get("builder") == "hvm",
        vnc_password=_vnc_password(values),
    )


def _config(vm: VmSpec, image: Path) -> str:
    quote = '"' if vm.style is ConfigStyle.QUOTED else "'"
    separator = ", " if vm.style is ConfigStyle.QUOTED else ","

    def text(value: str) -> str:
        prefix = "u" if vm.style is ConfigStyle.ORACLE3 else ""
        return f"{prefix}{quote}{value}{quote}"

    def number(value: int) -> str:
        return str(value) if vm.style is ConfigStyle.PLAIN else text(str(value))

    device = "hda" if vm.hvm else "xvda"
    vnc = f"vncunused=1{separator}vnclisten=0.0.0.0{separator}vncpasswd={vm.vnc_password}"
    lines = [
        f"name = {text(vm.name)}",
        f"uuid = {text(vm.identity)}",
        f"memory = {number(vm.memory_mib)}",
        f"vcpus = {number(vm.vcpus)}",
        f"disk = [{text(f'{vm.disk}:{image},{device},w')}]",
        f"vif = [{text(f'mac={mac_of(vm)}{separator}bridge={vm.bridge}')}]",
        f"vfb = [{text(f'type=vnc{separator}{vnc}')}]",
        "on_reboot = 'restart'",
        "on_crash = 'restart'",
    ]
    if vm.hvm:
        lines += ["builder = 'hvm'", "kernel = '/usr/lib/xen/boot/hvmloader'", "acpi = 1"]
    else:
        lines.append("bootloader = '/usr/bin/pygrub'")
    if vm.style is ConfigStyle.ORACLE3:
        lines += [
            f"OVM_simple_name = {text(vm.simple_name or vm.name)}",
            f"OVM_high_availability = {vm.ha}",
            "OVM_os_type = 'Oracle Linux 5'",
        ]
    return "\n".join(lines) + "\n"


def _assignments(source: str, path: str) -> dict[str, object]:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        line = source.splitlines(keepends=True)[(error.lineno or 1) - 1 :][:1]
        raise XendError(
            f"Errors were found at line {error.lineno} while processing {path}:\n\t{''.join(line)}",
            usage=False,
        ) from None
    values: dict[str, object] = {}
    for statement in tree.body:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            continue
        if isinstance(statement.value, ast.Name):
            raise XendError(f"name '{statement.value.id}' is not defined", usage=False)
        values[statement.targets[0].id] = ast.literal_eval(statement.value)
    return values


def _strings(value: object) -> list[str]:
    return [str(entry) for entry in value] if isinstance(value, list) else []


def _disk(entry: str) -> tuple[str, str, str]:
    source, device, mode = (field.strip() for field in entry.split(","))
    return source, device, mode


def _interface(entry: str) -> tuple[str, str]:
    fields = dict(field.strip().partition("=")[::2] for field in entry.split(","))
    return fields.get("mac", ""), fields.get("bridge", "xenbr0")


def _vnc_password(values: dict[str, object]) -> str:
    for entry in _strings(values.get("vfb")):
        for field in entry.split(","):
            key, _, value = field.strip().partition("=")
            if key == "vncpasswd":
                return value
    return ""
