"""The checks of an Oracle VM 3 manager, which this console asks itself."""

from __future__ import annotations

from collections.abc import Iterator

from ovmtui.model.snapshot import PoolView
from ovmtui.plan.checkup.diagnosis import Diagnosis, Fix, Ovm3Evidence, Ovm3Stage
from ovmtui.plan.verdict import Verdict, fails, holds, unknown

_NEEDED = "without the manager HA cannot be switched off before a stop"


def ovm3_diagnoses(pool: PoolView, seen: Ovm3Evidence) -> Iterator[Diagnosis]:
    """Yield whether the manager is reached, lets us in, and has our servers and pool."""
    yield _reached(pool, seen)
    if seen.stage is not Ovm3Stage.UNREACHED:
        yield _accepted(pool, seen)
    if seen.stage is Ovm3Stage.ANSWERED:
        yield _servers(pool, seen)
        yield _pool(pool, seen)


def _reached(pool: PoolView, seen: Ovm3Evidence) -> Diagnosis:
    verdict = holds(f"{seen.site} answers")
    if seen.stage is Ovm3Stage.UNREACHED:
        verdict = fails(seen.problem)
    elif seen.stage is Ovm3Stage.UNTRIED:
        verdict = unknown("not tried without a password")
    how = f"ssh -p {seen.port} {seen.user}@{seen.host}"
    return _of_pool(
        pool,
        "manager-port",
        "the manager's command line, from here",
        verdict,
        _NEEDED,
        Fix(
            f"try `{how}`; on the manager `service ovmcli status`, and its firewall must let port "
            f"{seen.port} through (a ProxyJump for {seen.host} in the SSH configuration is obeyed)"
        ),
    )


def _accepted(pool: PoolView, seen: Ovm3Evidence) -> Diagnosis:
    well = seen.stage is Ovm3Stage.ANSWERED
    return _of_pool(
        pool,
        "manager-login",
        "a call of the manager",
        holds(f"{seen.user} is let in") if well else fails(seen.problem),
        _NEEDED,
        Fix(_MENDS[seen.stage].format(host=seen.host, port=seen.port, user=seen.user)),
    )


def _servers(pool: PoolView, seen: Ovm3Evidence) -> Diagnosis:
    missing = [node.name for node in pool.nodes if node not in seen.servers]
    listed = ", ".join(seen.listed) or "none"
    verdict: Verdict
    if missing:
        verdict = fails(f"it does not list {', '.join(missing)}; it lists {listed}")
    else:
        verdict = holds(f"it lists all {len(pool.nodes)} by these names")
    return _of_pool(
        pool,
        "manager-servers",
        "the manager's names of the servers",
        verdict,
        "a machine can be moved through the manager only to a server that it is known to list",
        Fix("give each node the manager's name as its `name` or `host` in the configuration"),
    )


def _pool(pool: PoolView, seen: Ovm3Evidence) -> Diagnosis:
    if seen.pool_name is None:
        verdict = unknown("it does not say of which pool our servers are")
    elif seen.pool_wanted not in {None, seen.pool_name}:
        verdict = fails(f"it is called {seen.pool_name}, and {seen.pool_wanted} is configured")
    else:
        verdict = holds(seen.pool_name)
    return _of_pool(
        pool,
        "manager-pool",
        "the manager's name of the pool",
        verdict,
        "another name may mean that another manager is asked",
        Fix("set pool in the pool's [manager] table to the manager's name, or leave it out"),
    )


_MENDS = {
    Ovm3Stage.UNTRIED: "name a source of the password in the pool's [manager] table, or none at "
    "all to log in with SSH keys",
    Ovm3Stage.STRANGE: "compare the fingerprint with the manager's, then accept it once: "
    "ssh -p {port} {user}@{host}",
    Ovm3Stage.REFUSED: "check user and password in the pool's [manager] table; the same password "
    "is tried again after a quarter of an hour, since managers lock who is wrong too often",
    Ovm3Stage.FAILED: "on the manager, `service ovmm status` and its logs tell why",
    Ovm3Stage.ANSWERED: "",
}


def _of_pool(
    pool: PoolView, name: str, subject: str, verdict: Verdict, why: str, fix: Fix
) -> Diagnosis:
    mend = None if verdict.passes else fix
    return Diagnosis(pool.name, None, name, subject, verdict, why, mend)
