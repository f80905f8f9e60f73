"""A plan as JSON and back, so that a later start of the console can go on with it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from enum import Enum
from types import ModuleType
from typing import Any

from ovmtui.errors import OvmtuiError
from ovmtui.model import command, domain, ha, identity, tool, vm, vmconfig
from ovmtui.plan import (
    checks,
    guards,
    intent,
    leftover_guards,
    leftovers,
    locking,
    pause_conditions,
    plan,
    readiness,
    reboot_conditions,
    service_guards,
    steps,
    tool_guards,
    verdict,
    waits,
)
from ovmtui.plan.plan import Plan

_MODULES = (
    command,
    domain,
    ha,
    identity,
    tool,
    vm,
    vmconfig,
    checks,
    guards,
    intent,
    leftover_guards,
    leftovers,
    locking,
    pause_conditions,
    plan,
    readiness,
    reboot_conditions,
    service_guards,
    steps,
    tool_guards,
    verdict,
    waits,
)
"""Where everything is defined that a plan is made of."""
_KIND = "is"
_SET = "set"


class ArchiveError(OvmtuiError):
    """A stored plan is not one that this version understands."""


def _kinds(modules: Iterable[ModuleType]) -> dict[str, type]:
    return {
        found.__name__: found
        for module in modules
        for found in vars(module).values()
        if isinstance(found, type)
        and (dataclasses.is_dataclass(found) or issubclass(found, Enum))
        and found.__module__ == module.__name__
    }


_KINDS = _kinds(_MODULES)


def archived(plan: Plan) -> str:
    """Return `plan` as JSON. It holds no secret, since a plan holds none."""
    return json.dumps(_packed(plan), separators=(",", ":"))


def restored(text: str) -> Plan:
    """Return the plan that `archived` was given.

    Raises:
        ArchiveError: the text is damaged, or of a version whose plans have other parts.
    """
    try:
        plan = _unpacked(json.loads(text))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ArchiveError(f"the stored plan cannot be read: {error}") from None
    if not isinstance(plan, Plan):
        raise ArchiveError("the stored plan is none")
    return plan


def _packed(value: object) -> Any:
    match value:
        case Enum():
            return {_KIND: type(value).__name__, "name": value.name}
        case None | str() | bool() | int() | float():
            return value
        case tuple():
            return [_packed(item) for item in value]
        case frozenset():
            return {_KIND: _SET, "items": [_packed(item) for item in sorted(value, key=repr)]}
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {
                field.name: _packed(getattr(value, field.name))
                for field in dataclasses.fields(value)
            }
            return {_KIND: type(value).__name__, **fields}
        case _:
            raise TypeError(f"no part of a plan: {value!r}")


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_unpacked(item) for item in value)
    if not isinstance(value, dict):
        return value
    fields = dict(value)
    name = fields.pop(_KIND)
    if name == _SET:
        return frozenset(_unpacked(item) for item in fields["items"])
    kind = _KINDS[name]
    if issubclass(kind, Enum):
        return kind[fields["name"]]
    return kind(**{key: _unpacked(item) for key, item in fields.items()})
