"""What needs a look, the worst first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from ovmtui.model.identity import VmKey
from ovmtui.model.text import visible
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.listing import Item, ListScreen
from ovmtui.ui.situation import Scope
from ovmtui.ui.viewmodel.alerts import Alert, alerts


class AlertsScreen(ListScreen[VmKey]):
    """Gives the machine to go to."""

    SCOPE = Scope.ALERTS
    BINDINGS = actions.bindings(Scope.ALERTS)

    def __init__(self, desk: Desk) -> None:
        """Show the alerts of the newest snapshot."""
        super().__init__(desk, empty="nothing needs a look")

    def title_text(self) -> tuple[str, str]:
        """Return how many there are."""
        return "alerts", str(len(self._alerts()))

    def columns(self) -> Text:
        """Return no heads: each alert is a sentence."""
        return Text()

    def items(self) -> Sequence[Item]:
        """Return the alerts."""
        return [Item(str(n), self._line(alert)) for n, alert in enumerate(self._alerts())]

    def choose(self, id: str) -> None:
        """Give the machine of the alert."""
        alert = self._alerts()[int(id)]
        if alert.vm is None:
            self.desk.say("that is about a node: n shows the nodes", "warning")
        else:
            self.dismiss(alert.vm)

    def do_show(self) -> None:
        """Give the machine of the highlighted alert."""
        if self.highlighted is not None:
            self.choose(self.highlighted)

    def _alerts(self) -> Sequence[Alert]:
        return alerts(self.desk.console.snapshot)

    def _line(self, alert: Alert) -> Text:
        return Text(visible(alert.text), self.desk.style(alert.severity))
