"""The plan that sets a node up, as a page."""

from __future__ import annotations

from ovmtui.errors import OvmtuiError
from ovmtui.model.identity import NodeKey
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.plan import PlanScreen


async def setup_page(desk: Desk, node: NodeKey) -> PlanScreen | None:
    """Look what `node` has and return the page of the plan; None, and said why, for none."""
    desk.say(f"looking what {node.name} has")
    try:
        plan = await desk.console.checkup.setup(node)
    except OvmtuiError as error:
        desk.say(str(error), "warning")
        return None
    if not plan.steps:
        desk.say(f"{node.name} is set up: nothing to do")
        return None
    return PlanScreen(desk, plan.intent, make=lambda _: plan)
