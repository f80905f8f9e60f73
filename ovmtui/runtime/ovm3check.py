"""Asking an Oracle VM 3 manager what a check needs to know of it."""

from __future__ import annotations

from ovmtui.config.schema import Manager
from ovmtui.errors import (
    ConnectFailed,
    HostKeyChanged,
    HostKeyUnknown,
    LoginRefused,
    OvmtuiError,
    SecretUnavailable,
)
from ovmtui.plan.checkup.diagnosis import Ovm3Evidence, Ovm3Stage
from ovmtui.runtime.ovm3manager import Ovm3Manager


async def ask_ovm3(manager: Ovm3Manager, settings: Manager) -> Ovm3Evidence:
    """Return how far a harmless call of `manager` comes, and what it lists."""
    stage, problem = Ovm3Stage.ANSWERED, ""
    try:
        await manager.learn()
    except OvmtuiError as error:
        stage, problem = _stage(error), str(error)
    return Ovm3Evidence(
        host=settings.host or "",
        port=settings.listens_on,
        user=settings.user,
        stage=stage,
        problem=problem,
        servers=frozenset(manager.servers),
        listed=manager.listed,
        pool_name=manager.pool_name,
        pool_wanted=settings.pool,
    )


def _stage(error: OvmtuiError) -> Ovm3Stage:
    match error:
        case SecretUnavailable():
            return Ovm3Stage.UNTRIED
        case HostKeyUnknown() | HostKeyChanged():
            return Ovm3Stage.STRANGE
        case LoginRefused():
            return Ovm3Stage.REFUSED
        case ConnectFailed():
            return Ovm3Stage.UNREACHED
        case _:
            return Ovm3Stage.FAILED
