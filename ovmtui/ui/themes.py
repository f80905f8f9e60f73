"""Themes: TOML files with a few colours, and what each role of a text looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any

import tomli
from rich.errors import StyleSyntaxError
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.theme import Theme

from ovmtui.errors import ConfigurationError

ROLES = (
    "text",
    "dim",
    "heading",
    "accent",
    "ok",
    "warn",
    "danger",
    "unknown",
    "drift",
    "marked",
    "cursor",
    "cursor-idle",
    "command",
    "stderr",
    *(f"node{number}" for number in range(6)),
)
"""What a text can mean; each theme has a style for each."""

_COLOURS = (
    "primary",
    "secondary",
    "accent",
    "warning",
    "error",
    "success",
    "foreground",
    "background",
    "surface",
    "panel",
)

_KEYS = ("dark", "ansi", "colours", "variables", "roles")


@dataclass(frozen=True, slots=True)
class OvmtuiTheme:
    """Textual's theme for widgets, and our styles for rendered lines."""

    textual: Theme
    styles: Mapping[str, Style]

    def style(self, role: str) -> Style:
        """Return the style of a role; an unknown role looks like text."""
        return self.styles.get(role, self.styles["text"])


def load_themes(
    files: Mapping[str, str] = MappingProxyType({}),
) -> tuple[dict[str, OvmtuiTheme], list[str]]:
    """Return the themes that come with ovmtui and those of `files`, and what is wrong in these.

    A theme of the operator's takes the place of ours of the same name.

    Args:
        files: path and text of the operator's own theme files.

    Raises:
        ConfigurationError: a file of ours is wrong; the text names file and key.
    """
    themes = {}
    for path in sorted(theme_directory().glob("*.toml")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path}: {error}") from None
        themes[path.stem] = read_theme(path.stem, text, str(path))
    problems = []
    for file, text in files.items():
        name = PurePath(file).stem
        try:
            themes[name] = read_theme(name, text, file)
        except ConfigurationError as error:
            problems.append(f"theme left as it was: {error}")
    return themes, problems


def theme_directory() -> Path:
    """Return where the theme files are: in the installed package, else in the checkout."""
    installed = Path(str(resources.files("ovmtui"))) / "data" / "themes"
    if installed.is_dir():
        return installed
    return Path(str(resources.files("ovmtui"))).parent / "themes"


def read_theme(name: str, text: str, file: str) -> OvmtuiTheme:
    """Read one theme.

    Raises:
        ConfigurationError: the text is no theme; `file` and the key are named.
    """
    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}: {error}") from None
    for key in document:
        if key not in _KEYS:
            raise ConfigurationError(f"{file}: {key}: there are {', '.join(_KEYS)}")
    colours = _table(document, "colours", file)
    for key, value in colours.items():
        if key not in _COLOURS:
            raise ConfigurationError(f"{file}: colours.{key}: there are {', '.join(_COLOURS)}")
        _check_colour(value, f"{file}: colours.{key}")
    styles = {}
    for key, value in _table(document, "roles", file).items():
        if key not in ROLES:
            raise ConfigurationError(f"{file}: roles.{key}: there are {', '.join(ROLES)}")
        styles[key] = _style(value, f"{file}: roles.{key}")
    missing = [role for role in ROLES if role not in styles]
    if missing or "primary" not in colours:
        what = f"roles.{missing[0]}" if missing else "colours.primary"
        raise ConfigurationError(f"{file}: {what} is missing")
    theme = Theme(
        name=name,
        dark=_flag(document, "dark", file, default=True),
        ansi=_flag(document, "ansi", file, default=False),
        variables=_variables(document, file),
        **colours,
    )
    return OvmtuiTheme(theme, styles)


def _table(document: Mapping[str, Any], name: str, file: str) -> dict[str, Any]:
    table = document.get(name)
    if not isinstance(table, dict):
        raise ConfigurationError(f"{file}: the table [{name}] is missing")
    return table


def _flag(document: Mapping[str, Any], name: str, file: str, *, default: bool) -> bool:
    value = document.get(name, default)
    if not isinstance(value, bool):
        raise ConfigurationError(f"{file}: {name}: true or false, not {value!r}")
    return value


def _variables(document: Mapping[str, Any], file: str) -> dict[str, str]:
    variables = document.get("variables", {})
    if not isinstance(variables, dict):
        raise ConfigurationError(f"{file}: variables is a table")
    for key, value in variables.items():
        if not isinstance(value, str):
            raise ConfigurationError(f"{file}: variables.{key}: a text, not {value!r}")
    return variables


def _check_colour(value: object, where: str) -> None:
    try:
        Color.parse(str(value))
    except ColorParseError as error:
        raise ConfigurationError(f"{where}: {error}") from None


def _style(value: object, where: str) -> Style:
    try:
        return Style.parse(str(value))
    except StyleSyntaxError as error:
        raise ConfigurationError(f"{where}: {error}") from None
