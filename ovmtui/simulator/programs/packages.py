"""`rpm` and `yum` of a node, as far as OpenSVC's page on Oracle VM and the checks need them."""

from __future__ import annotations

from ovmtui.simulator.programs.call import Call

_CHANNELS = ("el5_addons", "el5_oracle_addons")


async def rpm(call: Call) -> int:
    """Tell whether a package is installed: `rpm -q [--qf FORMAT] NAME`."""
    words = list(call.arguments)
    name = words[-1] if words else ""
    version = _installed(call).get(name)
    if version is None:
        call.out(f"package {name} is not installed\n")
        return 1
    call.out(f"{version}\n" if "--qf" in words else f"{name}-{version}\n")
    return 0


async def yum(call: Call) -> int:
    """Install a package from the configured repositories: `yum -y install ovmcli`."""
    words = [word for word in call.arguments if not word.startswith("-")]
    if words != ["install", "ovmcli"]:
        call.err(f"yum: {' '.join(words)}: not known\n")
        return 1
    texts = [call.node.path("/etc/yum.conf"), *call.node.path("/etc/yum.repos.d").glob("*.repo")]
    known = "".join(path.read_text() for path in texts if path.is_file())
    call.out("Loaded plugins: security\nSetting up Install Process\n")
    if "ovmcli" in _installed(call):
        call.out("Package ovmcli already installed and latest version\nNothing to do\n")
        return 0
    if not any(f"[{channel}]" in known for channel in _CHANNELS):
        call.out("No package ovmcli available.\nNothing to do\n")
        return 0
    await call.world.timeline.sleep(5.0)
    call.node.install_ovmcli()
    call.out("Installed:\n  ovmcli.noarch 0:2.2-9.el5\n\nComplete!\n")
    return 0


def _installed(call: Call) -> dict[str, str]:
    found = {}
    if call.node.has_ovmcli:
        found["ovmcli"] = "2.2-9.el5"
    if call.node.spec.opensvc:
        found["opensvc"] = f"{call.node.spec.opensvc}-1"
    return found
