"""Who did what and when: the journal, searched, with the log of each job."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.text import Text
from textual import on, work
from textual.widget import Widget
from textual.widgets import Input

from ovmtui.errors import OvmtuiError
from ovmtui.model.text import visible
from ovmtui.plan.logformat import LogWriter
from ovmtui.runtime.companions import ALL, PastJob, Wanted
from ovmtui.ui import actions
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.base import plain
from ovmtui.ui.screens.jobs import OUTCOMES
from ovmtui.ui.screens.listing import Item, ListScreen, cell
from ovmtui.ui.screens.text_page import TextPage
from ovmtui.ui.situation import Scope
from ovmtui.ui.widgets.field import Field

_PAGE = 200
"""Jobs that are read at once."""
_WHEN = 19
_ONE_LINE = 110


class HistoryScreen(ListScreen[None]):
    """The jobs of all of this user's consoles, the newest first."""

    SCOPE = Scope.HISTORY
    BINDINGS = actions.bindings(Scope.HISTORY)

    def __init__(self, desk: Desk, words: str = "", *, wanted: Wanted = ALL, job: str = "") -> None:
        """Show what is `wanted` and has all of `words` in it; with `job` that one's log first."""
        super().__init__(desk, empty="nothing is known of that")
        self._wanted = wanted
        self._job = job
        self._words = words
        self._records: tuple[PastJob, ...] = ()
        self._limit = _PAGE
        self._reading = True

    def body(self) -> Iterable[Widget]:
        """Return the list under a field for words."""
        yield from super().body()
        field = Field(self._words, placeholder="machine, verb, node, person …", id="words")
        field.display = False
        yield field

    def on_mount(self) -> None:
        """Read the journal."""
        super().on_mount()
        self._read()
        if self._job:
            self._show(self._job, self._job)

    def title_text(self) -> tuple[str, str]:
        """Return how many there are."""
        found = len(self._found())
        words = f"with {self._words}  " if self._words else ""
        words += "" if self._wanted == ALL else "as asked for  "
        more = " (there are more)" if len(self._records) == self._limit else ""
        return "history", "reading" if self._reading else f"{words}{found} jobs{more}"

    def columns(self) -> Text:
        """Return the heads of the columns."""
        heads = "  " + cell("WHEN", _WHEN) + cell("WHAT", 30) + cell("WHO", 12) + "HOW IT ENDED"
        return Text(heads, self.desk.style("dim"))

    def items(self) -> Sequence[Item]:
        """Return the jobs that have all the words."""
        return [Item(record.state.job, self._line(record)) for record in self._found()]

    def choose(self, id: str) -> None:
        """Show the log of a job."""
        record = next(record for record in self._records if record.state.job == id)
        self._show(id, record.state.title)

    def do_show(self) -> None:
        """Show the log of the job under the cursor."""
        if self.highlighted is not None:
            self.choose(self.highlighted)

    def do_search(self) -> None:
        """Let words be typed."""
        field = self.query_one("#words", Input)
        field.display = True
        self.set_focus(field)

    def do_more(self) -> None:
        """Read older ones, too."""
        self._limit += _PAGE
        self._read()

    def do_copy(self) -> None:
        """Copy the list as text."""
        lines = [self.columns(), *(item.text for item in self.items())]
        text = "\n".join(plain(line, width=max(80, self.size.width)) for line in lines)
        self.app.copy_to_clipboard(text)
        self.desk.say("the list is copied; `ovmtui history --export FILE.csv` writes all of it")

    def do_leave(self) -> None:
        """Go one step out: the field, the words, the page."""
        field = self.query_one("#words", Input)
        if field.display or self._words:
            field.display = False
            field.value = self._words = ""
            self.query_one("#list").focus()
            self.redraw()
        else:
            self.dismiss(None)

    @on(Input.Changed, "#words")
    def _typed(self, event: Input.Changed) -> None:
        self._words = event.value
        self.redraw()

    @on(Input.Submitted, "#words")
    def _kept(self) -> None:
        self.query_one("#words").display = False
        self.query_one("#list").focus()

    @work(exclusive=True)
    async def _read(self) -> None:
        try:
            self._records = tuple(
                await self.desk.console.history.jobs(limit=self._limit, wanted=self._wanted)
            )
        except OvmtuiError as error:
            self.desk.say(str(error), "error")
        self._reading = False
        self.redraw()

    @work
    async def _show(self, job: str, title: str) -> None:
        try:
            events = await self.desk.console.history.events(job)
        except OvmtuiError as error:
            self.desk.say(str(error), "error")
            return
        if not events and job == self._job:
            self.desk.say(f"no job is called {job}", "warning")
            return
        writer = LogWriter(zone=None)
        lines = [line for event in events for line in writer.lines(event)]
        self.app.push_screen(TextPage(self.desk, title=title, text="\n".join(lines) or "no output"))

    def _found(self) -> list[PastJob]:
        words = self._words.lower().split()
        return [r for r in self._records if all(word in _searched(r) for word in words)]

    def _line(self, record: PastJob) -> Text:
        style, state = self.desk.style, record.state
        symbol, role = OUTCOMES[state.outcome] if state.outcome else ("●", "accent")
        text = Text().append(f"{symbol} ", style(role))
        text.append(cell(_when(state.started_at), _WHEN), style("dim"))
        text.append(cell(state.title, 30), style("text"))
        text.append(cell(record.user, 12), style("text"))
        end = state.outcome.value if state.outcome else "not ended"
        said = f"{end}: {visible(state.summary)}" if state.summary else end
        return self.hung(text, Text(said, style(role)), below=self.size.width < _ONE_LINE)


def _searched(record: PastJob) -> str:
    """Return the text in which words are looked for: all that the list says, and the steps."""
    state = record.state
    outcome = state.outcome.value if state.outcome else "not ended"
    parts = (
        state.title,
        state.vm.pool,
        outcome,
        state.summary,
        record.user,
        record.host,
        *state.steps,
    )
    return f"{_when(state.started_at)} {' '.join(parts)}".lower()


def _when(at: float) -> str:
    return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M:%S}"
