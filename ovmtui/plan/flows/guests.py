"""Waiting for the guest of a machine that was started or rebooted: ping, then a login."""

from __future__ import annotations

from ovmtui.model.identity import NodeKey
from ovmtui.model.vm import Vm
from ovmtui.plan.context import Context
from ovmtui.plan.flows import parts
from ovmtui.plan.steps import Choice, ProbeStep
from ovmtui.toolstacks import guest

NO_ADDRESS = "No address is known for the guest: neither ping nor login is waited for."


def answers(
    vm: Vm, node: NodeKey, context: Context, choices: tuple[Choice, ...]
) -> tuple[ProbeStep, ...]:
    """Return the waits for the guest to answer, as far as it has an address and they are wanted.

    `choices` are offered when one takes too long.
    """
    if not context.address:
        return ()
    steps = []
    if context.ping:
        steps.append(
            ProbeStep(
                label=parts.domain_label(vm),
                what="wait for container ping",
                node=node,
                command=guest.ping_command(context.address),
                budget=context.limits.ping,
                interval=2.0,
                choices=choices,
            )
        )
    if context.operational:
        steps.append(
            ProbeStep(
                label=parts.domain_label(vm),
                what="wait for container operational",
                node=node,
                command=guest.login_command(context.address),
                budget=context.limits.operational,
                interval=2.0,
                choices=choices,
            )
        )
    return tuple(steps)
