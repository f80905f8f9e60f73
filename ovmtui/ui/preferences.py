"""What an operator has chosen in the console, kept from one start to the next. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from ovmtui.model.identity import NodeKey
from ovmtui.ui.keymap import Keymap, preset
from ovmtui.ui.viewmodel.columns import COLUMNS, USUAL
from ovmtui.ui.viewmodel.view import GROUPS, ViewState

_COMMANDS = 200
"""Lines of the command line that are kept."""
_LONGEST = 2000
SHARES = (20, 80)
"""The least and the most of the screen's middle that the output takes, in percent."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What is remembered; every field has a value to begin with."""

    theme: str = ""
    """Empty: as configured."""
    filter_text: str = ""
    sort: str = "name"
    descending: bool = False
    columns: tuple[str, ...] = USUAL
    group: str = ""
    layout: str = ""
    """`grid`, `both` or `pane`; empty: as it is needed."""
    share: int = 40
    """Percent of the middle that the output takes beside or below the machines."""
    times: bool = False
    """Whether lines of output have their date and time."""
    bell: bool = True
    """Whether the end of a job rings."""
    filters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Kept filters by their digit."""
    commands: tuple[str, ...] = ()
    """What was typed at the command line, the newest last."""

    @property
    def view(self) -> ViewState:
        """The view as it is to begin."""
        return ViewState(
            filter_text=self.filter_text,
            sort=self.sort,
            descending=self.descending,
            columns=self.columns,
            group=self.group,
        )

    def document(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {"filters": dict(self.filters)}


USUAL_PREFERENCES = Preferences()


def merge(document: dict[str, Any], before: Preferences, after: Preferences) -> None:
    """Change in `document` what differs between `before` and `after`, and nothing else.

    The file is every console's of this user: what another one has kept meanwhile stays. Of
    kept filters each digit counts by itself, and lines that were entered come after those there.
    """
    old, new = before.document(), after.document()
    known = read_preferences(document)
    for key, value in new.items():
        if value == old[key]:
            continue
        if key == "filters":
            changed = {digit: text for digit, text in value.items() if old[key].get(digit) != text}
            left = {
                digit: text
                for digit, text in known.filters.items()
                if digit in value or digit not in old[key]
            }
            document[key] = left | changed
        elif key == "commands":
            added = _added(before.commands, after.commands)
            kept = [line for line in known.commands if line not in added]
            document[key] = [*kept, *added][-_COMMANDS:]
        else:
            document[key] = value


def _added(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Return the lines at the end of `after` that were entered since `before`."""
    waiting = iter(before)
    same = 0
    for line in after:
        if line not in waiting:
            break
        same += 1
    return tuple(after[same:])


def read_preferences(document: Mapping[str, Any]) -> Preferences:
    """Return what `document` says, as far as it makes sense: the rest is as usual."""
    known = {column.id for column in COLUMNS}
    columns = tuple(
        dict.fromkeys(c for c in _list(document, "columns") if isinstance(c, str) and c in known)
    )
    filters = document.get("filters")
    share = document.get("share")
    return Preferences(
        theme=_text(document, "theme"),
        filter_text=_text(document, "filter_text"),
        sort=_one_of(document, "sort", known, "name"),
        descending=document.get("descending") is True,
        columns=columns if "name" in columns else USUAL,
        group=_one_of(document, "group", GROUPS, ""),
        layout=_one_of(document, "layout", ("grid", "both", "pane"), ""),
        share=share if isinstance(share, int) and SHARES[0] <= share <= SHARES[1] else 40,
        times=document.get("times") is True,
        bell=document.get("bell") is not False,
        filters={
            digit: text[:_LONGEST]
            for digit, text in (filters.items() if isinstance(filters, dict) else ())
            if digit in "123456789" and len(digit) == 1 and isinstance(text, str)
        },
        commands=tuple(
            line[:_LONGEST] for line in _list(document, "commands") if isinstance(line, str)
        )[-_COMMANDS:],
    )


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    return value[:_LONGEST] if isinstance(value, str) else ""


def _list(document: Mapping[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    return value if isinstance(value, list) else []


def _one_of(document: Mapping[str, Any], key: str, known: Any, usual: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) and value in known else usual


def _forget(preferences: Preferences) -> None:
    """Keep nothing: what a console without a place for it does."""


@dataclass(frozen=True, slots=True)
class Personal:
    """What belongs to the operator and the terminal, not to the pools."""

    preferences: Preferences = USUAL_PREFERENCES
    save: Callable[[Preferences], None] = _forget
    keymap: Keymap = field(default_factory=lambda: preset("default"))
    ascii: bool = False
    """Whether the terminal shows ASCII only."""
    visit: Callable[[NodeKey, str], Awaitable[str]] | None = None
    """Gives the terminal to a program on a node (an empty text is a login shell) and returns
    how it ended; None where there is no node to go to. Raises OvmtuiError."""
    write: Callable[[str, str], Awaitable[str]] | None = None
    """Writes a text to a new file and returns what is to be said; raises OSError."""
    themes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The operator's own theme files: path and text."""
