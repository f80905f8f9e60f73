"""What is done with the output: searched, written to a file, shown with dates."""

from __future__ import annotations

from textual import on, work

from ovmtui.ui.screens.layout import LayingOut
from ovmtui.ui.screens.words import WordsScreen
from ovmtui.ui.widgets.output_pane import OutputPane


class OutputActions(LayingOut):
    """Answers what the output asks for."""

    @on(OutputPane.SearchAsked)
    def _search_asked(self) -> None:
        title = "search in the output"
        text = "Upper and lower case are the same. Then n and N go to the others."
        self.app.push_screen(WordsScreen(self.desk, title=title, text=text), self._search)

    @on(OutputPane.TimesAsked)
    def _times_asked(self) -> None:
        self.desk.remember(times=not self.desk.preferences.times)
        self.redraw()

    @on(OutputPane.SaveAsked)
    def _save_asked(self) -> None:
        if self.desk.personal.write is None:
            self.desk.say("there is no place to write to here", "warning")
            return
        job = self.content.shown if self.content is not None else ""
        screen = WordsScreen(
            self.desk,
            title="write the output to which file?",
            text="A file that is there already is left alone.",
            value=f"ovmtui-{job or 'all-jobs'}.log",
        )
        self.app.push_screen(screen, self._save_to)

    def _search(self, words: str | None) -> None:
        if words is not None and (said := self.query_one(OutputPane).search(words)):
            self.desk.say(said)

    def _save_to(self, path: str | None) -> None:
        if path:
            self._save(path)

    @work
    async def _save(self, path: str) -> None:
        write = self.desk.personal.write
        assert write is not None
        try:
            told = await write(path, self.query_one(OutputPane).text())
        except OSError as error:
            self.desk.say(f"{path}: {error.strerror or error}", "error")
        else:
            self.desk.say(told)
