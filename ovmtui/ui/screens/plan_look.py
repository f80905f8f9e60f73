"""A plan to be read: what `plan` shows, which runs nothing."""

from __future__ import annotations

from ovmtui.ui.screens.plan import PlanScreen

_ONLY_SHOWN = "this plan is only shown: the verb itself runs it"


class PlanLook(PlanScreen):
    """Shows a plan with what its guards and checks find; nothing can be run from here."""

    def title_text(self) -> tuple[str, str]:
        """Return the plan's title, and that nothing runs."""
        title, pool = super().title_text()
        return title, f"only shown, runs nothing  {pool}"

    def _obstacle(self) -> str:
        return _ONLY_SHOWN

    def _override_obstacle(self) -> str:
        return _ONLY_SHOWN
