"""The checks of what a live migration goes through: xend's port, or SSH between libxl nodes."""

from __future__ import annotations

from ovmtui.model.node import NodeView
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.checkup.diagnosis import Diagnosis, Evidence, Fix, about
from ovmtui.plan.verdict import fails, holds, unknown


def relocation_port(node: NodeView, snapshot: Snapshot, evidence: Evidence) -> Diagnosis | None:
    """Return whether the other nodes reach the port that xend takes migrations at."""
    others = [other for other in _others(node, snapshot) if not _is_libxl(other)]
    if not others or (node.tool is not None and node.tool.is_libxl):
        return None
    target = evidence.relocation.get(node.key, node.key.name)
    reached: list[str] = []
    shut: list[str] = []
    untold: list[str] = []
    for other in others:
        open_to = evidence.reaches.get(other.key)
        group = untold if open_to is None else reached if node.key in open_to else shut
        group.append(other.key.name)
    if shut:
        verdict = fails(f"{target} is not reached from {', '.join(shut)}")
    elif untold:
        verdict = unknown(f"{target}: not told by {', '.join(untold)}")
    else:
        verdict = holds(f"{target} is reached from {', '.join(reached)}")
    return about(
        node,
        "relocation",
        "relocation port",
        verdict,
        why="a live migration to this node goes through it",
        fix=Fix(
            "in /etc/xen/xend-config.sxp: (xend-relocation-server yes), and the other nodes in "
            "(xend-relocation-hosts-allow …); then service xend restart"
        ),
    )


def migration_login(node: NodeView, snapshot: Snapshot, evidence: Evidence) -> Diagnosis | None:
    """Return whether a libxl node logs in to each other one as `xl migrate` does."""
    others = [other.key for other in _others(node, snapshot) if _is_libxl(other)]
    if not others or not _is_libxl(node):
        return None
    said = evidence.logins.get(node.key)
    troubles = {key: said[key] for key in others if said and said.get(key)}
    untold = [key.name for key in others if said is None or key not in said]
    if troubles:
        verdict = fails("; ".join(f"{key.name}: {why}" for key, why in troubles.items()))
    elif untold:
        verdict = unknown(f"not told of {', '.join(untold)}")
    else:
        verdict = holds(f"logs in to {', '.join(key.name for key in others)}")
    return about(
        node,
        "migration-login",
        "SSH login to the other nodes",
        verdict,
        why="xl migrate goes over SSH from node to node: nobody can type a password there",
        fix=_login_fix(node.key.name, list(troubles.values()), [key.name for key in troubles]),
    )


def _login_fix(node: str, troubles: list[str], targets: list[str]) -> Fix:
    """Return what a person types on the node that could not log in."""
    target = targets[0] if targets else "NODE"
    if any("Host key verification failed" in why for why in troubles):
        return Fix(
            f"on {node}: ssh root@{target} true   (compare the fingerprint with "
            f"`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on {target}, then accept it)"
        )
    if any("Permission denied" in why for why in troubles):
        return Fix(f"on {node}: ssh-copy-id root@{target}   (ssh-keygen first, without passphrase)")
    if any("no xl on the PATH" in why for why in troubles):
        return Fix(
            f"on {target}: let a login without a terminal find xl, such as by a link in /usr/bin "
            f"(`ssh {target} 'echo $PATH'` on {node} shows where it looks)"
        )
    return Fix(f"on {node}: ssh -v root@{target} true   (and see what it says)")


def _others(node: NodeView, snapshot: Snapshot) -> list[NodeView]:
    return [other for other in snapshot.nodes_of(node.key.pool) if other.key != node.key]


def _is_libxl(node: NodeView) -> bool:
    return node.tool is not None and node.tool.is_libxl
