"""What needs a look, the worst first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.text import visible
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.listing import Item, ListScreen
from ovmtui.ui.situation import Scope
from ovmtui.ui.viewmodel.alerts import Alert


class AlertsScreen(ListScreen[VmKey | NodeKey]):
    """Gives the machine, or the node, to go to."""

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
        return [Item(id, self._line(alert)) for id, alert in self._by_id().items()]

    def choose(self, id: str) -> None:
        """Give the machine or the node of the alert, if there still is one."""
        alert = self._by_id().get(id)
        if alert is None:
            self.desk.say("that has passed")
        elif alert.vm is None and alert.node is None:
            self.desk.say("that is about the whole pool", "warning")
        else:
            self.dismiss(alert.vm or alert.node)

    def do_show(self) -> None:
        """Give the machine or the node of the highlighted alert."""
        if self.highlighted is not None:
            self.choose(self.highlighted)

    def _alerts(self) -> Sequence[Alert]:
        return self.desk.alerts

    def _by_id(self) -> dict[str, Alert]:
        """Return the alerts by what they say: whichever come and go, each keeps its id."""
        return {f"{alert.vm or alert.node} {alert.text}": alert for alert in self._alerts()}

    def _line(self, alert: Alert) -> Text:
        return Text(visible(alert.told(self.desk.key_of)), self.desk.style(alert.severity))
