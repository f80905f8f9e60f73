"""What a check asks one node: shell text that only reads, and the reading of the answers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ovmtui.model.sudo import sudo_problem
from ovmtui.model.text import visible
from ovmtui.toolstacks import preconditions
from ovmtui.toolstacks.probe import Section, SectionResult

_GOOD = "ok!"
"""What each line of `ovs-agent status` begins with when that process is alive."""

USER = Section("user", "id -u")
SUDO = Section("sudo", '[ "$(id -u)" = 0 ] || LC_ALL=C sudo -n true')
OVMCLI = Section(
    "ovmcli",
    "version=$(rpm -q --qf '%{VERSION}-%{RELEASE}' ovmcli 2>/dev/null) && "
    "{ printf '%s\\n' \"$version\"; exit 0; }\n"
    "command -v ovm >/dev/null 2>&1 && echo unpackaged && exit 0\nexit 1",
)
OVS_AGENT = Section(
    "ovs-agent",
    "[ -e /etc/init.d/ovs-agent ] || { echo missing; exit 3; }\n/etc/init.d/ovs-agent status",
)
AUTO_START = Section(
    "auto-start",
    "for file in /etc/xen/auto/*; do\n"
    '    if [ -e "$file" ] || [ -L "$file" ]; then printf \'%s\\n\' "${file##*/}"; fi\n'
    "done",
)


@dataclass(frozen=True, slots=True)
class NodeAnswers:
    """What one node said; each is None where it could not be told."""

    user_id: int | None = None
    ovmcli: str | None = None
    """Version of the manager's command line; empty: not installed."""
    ovs_agent: str | None = None
    """Why the pool's agent does not run; empty: it does."""
    auto_start: tuple[str, ...] | None = None
    """Machines that xend starts when the node boots."""
    sudo: str = ""
    """What sudo says to a user who is not root; empty: is root, or it was not told."""
    sudo_mend: str = ""
    """What to set in the configuration, for that user to become root."""


def ports_section(targets: Sequence[tuple[str, int]]) -> Section:
    """Return what tries each port and prints its number in `targets` when it is open."""
    parts = []
    for number, (host, port) in enumerate(targets):
        script = shlex.quote(preconditions.port_open(host, port))
        parts.append(f"( sh -c {script} >/dev/null 2>&1 && echo open {number} ) &")
    return Section("ports", "\n".join([*parts, "wait", "echo done"]))


def open_ports(sections: Mapping[str, SectionResult]) -> frozenset[int] | None:
    """Return the numbers of the targets that are open; None when it did not come to its end."""
    text = _text(sections, "ports")
    if text is None or "done" not in text.split("\n"):
        return None
    return frozenset(int(n) for n in re.findall(r"^open (\d{1,6})$", text, re.MULTILINE))


def logins_section(hosts: Sequence[str]) -> Section:
    """Return what logs in to each host as `xl migrate` does, all at once; it changes nothing.

    For each it prints its number in `hosts`, and `ok` or why not.
    """
    parts = []
    for number, host in enumerate(hosts):
        script = shlex.quote(preconditions.xl_login(host))
        parts.append(
            f"( said=$(sh -c {script} 2>&1) && said=ok\n"
            f"printf 'login {number} %s\\n' \"$(printf '%s' \"$said\" | tr '\\r\\n' '  ')\" ) &"
        )
    return Section("logins", "\n".join([*parts, "wait", "echo done"]))


def read_logins(sections: Mapping[str, SectionResult]) -> Mapping[int, str] | None:
    """Return by number why a login failed, empty when it did not; None without an answer."""
    text = _text(sections, "logins")
    if text is None or "done" not in text.split("\n"):
        return None
    found = re.findall(r"^login (\d{1,6}) (.*)$", text, re.MULTILINE)
    return {int(n): "" if said == "ok" else visible(said, limit=300) for n, said in found}


def read_answers(sections: Mapping[str, SectionResult]) -> NodeAnswers:
    """Read what the sections of this module printed."""
    user = (_text(sections, USER.name) or "").strip()
    sudo, sudo_mend = ("", "") if user == "0" else _sudo(sections.get(SUDO.name))
    return NodeAnswers(
        user_id=int(user) if user.isdecimal() and len(user) < 10 else None,
        ovmcli=_ovmcli(sections.get(OVMCLI.name)),
        ovs_agent=_ovs_agent(sections.get(OVS_AGENT.name)),
        auto_start=_auto_start(sections),
        sudo=sudo,
        sudo_mend=sudo_mend,
    )


def _sudo(result: SectionResult | None) -> tuple[str, str]:
    if result is None or result.exit_status is None:
        return "", ""
    if result.exit_status == 0:
        return "sudo asks for no password", "sudo = true"
    problem = sudo_problem(result.stderr, user="USER", password=False)
    return problem.what, f"sudo = true, and: {problem.mend}"


def _ovmcli(result: SectionResult | None) -> str | None:
    if result is None or result.exit_status not in {0, 1}:
        return None
    return visible(result.stdout.strip(), limit=60) if result.exit_status == 0 else ""


def _ovs_agent(result: SectionResult | None) -> str | None:
    """Judge as OpenSVC does: an exit code, or any line that does not begin with `ok!`."""
    if result is None or result.exit_status is None:
        return None
    if result.exit_status == 3 and result.stdout.strip() == "missing":
        return "/etc/init.d/ovs-agent is not there"
    lines = [line.strip() for line in result.stdout.split("\n") if line.strip()]
    bad = [line for line in lines if not line.startswith(_GOOD)]
    if result.exit_status or bad or not lines:
        return visible("; ".join(bad) or f"exit code {result.exit_status}", limit=300)
    return ""


def _auto_start(sections: Mapping[str, SectionResult]) -> tuple[str, ...] | None:
    text = _text(sections, AUTO_START.name)
    if text is None:
        return None
    return tuple(visible(line, limit=100) for line in text.split("\n") if line.strip())


def _text(sections: Mapping[str, SectionResult], name: str) -> str | None:
    result = sections.get(name)
    return result.stdout if result is not None and result.exit_status == 0 else None
