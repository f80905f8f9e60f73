"""An application in one of our themes, which may change while it runs."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from rich.style import Style
from textual.filter import LineFilter

from ovmtui.ui.ascii import AsciiOnly
from ovmtui.ui.frugal import Frugal
from ovmtui.ui.themes import OvmtuiTheme, load_themes
from ovmtui.ui.typing_order import TypingOrder

DEFAULT_THEME = "ovmtui-dark"
MONO_THEME = "ovmtui-mono"


class Themed(TypingOrder[None], Frugal[None]):
    """Takes themes; NO_COLOR in the environment takes precedence over any of them."""

    def __init__(self, theme: str, *, files: Mapping[str, str], ascii_only: bool) -> None:
        """Begin with `theme`; `files` are the operator's own theme files, path and text."""
        self.colour = "NO_COLOR" not in os.environ
        # Only a theme of the terminal's own colours, from the start, is really without any.
        super().__init__(ansi_color=None if self.colour else True)
        self._ascii = AsciiOnly() if ascii_only else None
        self._looks: dict[str, OvmtuiTheme] = {}
        self.theme_names: list[str] = []
        """Names of the themes to choose from."""
        self.theme_problems = self._take(files)
        """What was wrong with themes at the start."""
        if theme not in self._looks:
            self.theme_problems.append(f"there is no theme {theme}: {', '.join(self._looks)}")
            theme = DEFAULT_THEME
        self.theme = theme if self.colour else MONO_THEME

    @abstractmethod
    def theme_taken(self) -> None:
        """Paint what is painted by ourselves with the new theme."""

    @abstractmethod
    def theme_chosen(self, name: str) -> None:
        """Keep the theme for the next start."""

    @abstractmethod
    def said(self, text: str, severity: str = "information") -> None:
        """Say something about themes."""

    def set_theme(self, name: str) -> None:
        """Take the theme called `name`."""
        if not self.colour:
            self.said("NO_COLOR is set: there is one theme without colours", "warning")
            return
        self.theme = name
        self.theme_chosen(name)
        self.theme_taken()
        self.said(f"theme {name}")

    def next_theme(self) -> None:
        """Take the theme after the present one."""
        names = self.theme_names
        self.set_theme(names[(names.index(self.theme) + 1) % len(names)])

    def themes_changed(self, files: Mapping[str, str]) -> None:
        """Take the operator's theme files anew, and say what is wrong in them."""
        before, present = self._looks, self.theme
        for problem in self._take(files):
            self.said(problem, "warning")
        if self.theme != present:
            self.theme_taken()
            self.said(f"theme {present} is gone: {self.theme} is taken", "warning")
        elif self._looks[name := self.theme] != before.get(name):
            # A theme that is registered anew is taken only when another one was there.
            self.theme = MONO_THEME if name != MONO_THEME else DEFAULT_THEME
            self.theme = name
            self.theme_taken()
            self.said(f"theme {name} was read anew")

    def style_of(self, role: str) -> Style:
        """Return the style of `role` in the present theme."""
        return self._looks[self.theme].style(role)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every line goes through: on some terminals only ASCII comes out."""
        filters = super().get_line_filters()
        return filters if self._ascii is None else [*filters, self._ascii]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return what Textual's style sheets take for granted of an ansi theme."""
        return {"ansi-background": "ansi_default", "ansi-foreground": "ansi_default"}

    def _take(self, files: Mapping[str, str]) -> list[str]:
        """Take our themes and those of `files`; return what is wrong in these."""
        looks, problems = load_themes(files)
        # A file with a mistake leaves the theme as it was, if it was there before; one that
        # is gone takes its theme with it.
        named = {PurePath(file).stem for file in files}
        kept = {name: look for name, look in self._looks.items() if name in named}
        gone = self._looks.keys() - looks.keys() - kept.keys()
        if self.theme in gone:
            self.theme = DEFAULT_THEME
        self._looks = {**kept, **looks}
        for name in gone:
            self.unregister_theme(name)
        for look in looks.values():
            self.register_theme(look.textual)
        self.theme_names[:] = sorted(self._looks)
        return problems
