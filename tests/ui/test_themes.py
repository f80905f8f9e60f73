from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

import pytest
from rich.color import ColorType
from rich.style import Style
from textual.app import App
from textual.color import Color

from ovmtui.errors import ConfigurationError
from ovmtui.ui.themes import ROLES, OvmtuiTheme, load_themes, read_theme, theme_directory

THEMES = load_themes()[0]
COLOURED = ("ovmtui-dark", "ovmtui-light", "ovmtui-contrast", "ovmtui-cvd")
GOOD = (theme_directory() / "ovmtui-dark.toml").read_text()


def contrast(style: Style, background: Color) -> float:
    """Return the contrast of a text, as WCAG 2 computes it."""
    assert style.color is not None
    text = luminance(Color.from_rich_color(style.color))
    behind = luminance(background)
    return (max(text, behind) + 0.05) / (min(text, behind) + 0.05)


def luminance(colour: Color) -> float:
    """Return the relative luminance, from 0 for black to 1 for white."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def background(theme: OvmtuiTheme) -> Color:
    return Color.parse(theme.textual.background or "")


def test_there_is_a_theme_for_the_dark_for_the_light_and_without_colours() -> None:
    assert set(THEMES) == {*COLOURED, "ovmtui-16", "ovmtui-mono"}
    assert THEMES["ovmtui-dark"].textual.dark
    assert not THEMES["ovmtui-light"].textual.dark


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast(Style(color="#ffffff"), Color.parse("#000000")) == pytest.approx(21)
    assert contrast(Style(color="#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", COLOURED)
def test_every_text_can_be_read(name: str) -> None:
    theme = THEMES[name]
    places = {"background": background(theme)}
    for cursor in ("cursor", "cursor-idle"):
        colour = theme.style(cursor).bgcolor
        assert colour is not None
        places[cursor] = Color.from_rich_color(colour)
    faint = {
        (role, place): round(contrast(theme.style(role), colour), 2)
        for role in ROLES
        for place, colour in places.items()
        if role not in places and contrast(theme.style(role), colour) < 4.5
    }
    assert faint == {}


@pytest.mark.parametrize("name", COLOURED)
def test_what_must_be_told_apart_is(name: str) -> None:
    theme = THEMES[name]
    for roles in (("ok", "warn", "danger", "unknown"), tuple(f"node{n}" for n in range(6))):
        assert len({theme.style(role).color for role in roles}) == len(roles)


def test_high_contrast_is_high() -> None:
    theme = THEMES["ovmtui-contrast"]
    for role in set(ROLES) - {"cursor", "cursor-idle"}:
        assert contrast(theme.style(role), background(theme)) >= 7, role


# Of every 100 parts of light, what is left for eyes without the red or the green cones,
# after Viénot, Brettel and Mollon (1999).
BLIND = {
    "protanopia": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deuteranopia": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


@pytest.mark.parametrize("kind", BLIND)
def test_the_theme_for_colour_vision_keeps_apart_what_matters(kind: str) -> None:
    theme = THEMES["ovmtui-cvd"]

    def seen(role: str) -> tuple[float, ...]:
        colour = theme.style(role).color
        assert colour is not None
        parts = [part**2.2 for part in Color.from_rich_color(colour).normalized]
        left = (sum(w * p for w, p in zip(row, parts, strict=True)) for row in BLIND[kind])
        return tuple(max(0.0, part) ** (1 / 2.2) for part in left)

    for one, other in itertools.combinations(("ok", "warn", "danger"), 2):
        distance = math.dist(seen(one), seen(other))
        assert distance > 0.2, (one, other, distance)


def test_the_theme_of_sixteen_colours_uses_the_terminals_own() -> None:
    for role in ROLES:
        style = THEMES["ovmtui-16"].style(role)
        for colour in (style.color, style.bgcolor):
            assert colour is None or colour.type in {ColorType.STANDARD, ColorType.DEFAULT}, role


def test_the_theme_without_colours_has_none() -> None:
    theme = THEMES["ovmtui-mono"]
    assert theme.textual.ansi
    for role in ROLES:
        style = theme.style(role)
        for colour in (style.color, style.bgcolor):
            assert colour is None or colour.type is ColorType.DEFAULT, role
    assert theme.style("danger").reverse
    assert theme.style("cursor").reverse


def test_the_theme_without_colours_needs_only_what_every_terminal_has() -> None:
    for role in ROLES:
        style = THEMES["ovmtui-mono"].style(role)
        assert {style.italic, style.underline, style.blink} <= {None, False}, role


def test_an_unknown_role_looks_like_text() -> None:
    theme = THEMES["ovmtui-dark"]
    assert theme.style("no such role") == theme.style("text")
    text = GOOD.replace('dim = "#939eab"', 'dim = "none"')
    assert read_theme("x", text, "x.toml").style("dim") == Style()


@pytest.mark.parametrize(
    ("good", "wrong", "named"),
    [
        ('ok = "#8cc88c"', 'ok = "#8cc88"', "roles.ok"),
        ('ok = "#8cc88c"', "ok = 5", "roles.ok"),
        ('ok = "#8cc88c"', "", "roles.ok"),
        ("[roles]", '[roles]\nfine = "red"', "roles.fine"),
        ('primary = "#7aa2d8"', 'primary = "blu"', "colours.primary"),
        ('primary = "#7aa2d8"', "primary = 7", "colours.primary"),
        ('primary = "#7aa2d8"', "", "colours.primary"),
        ("[colours]", '[colours]\nink = "#000000"', "colours.ink"),
        ("[colours]", "[colors]", "colors"),
        ("[colours]", "[colours.dark]", "colours.dark"),
        ("dark = true", 'dark = "no"', "dark"),
        ("dark = true", "ansi = 1", "ansi"),
        ("dark = true", "drak = true", "drak"),
        ("dark = true", "variables = 3", "variables"),
        ("dark = true", "variables = { border = 3 }", "variables.border"),
        ("dark = true", "dark = ", "line 2"),
    ],
)
def test_a_wrong_theme_names_file_and_key(good: str, wrong: str, named: str) -> None:
    assert good in GOOD
    with pytest.raises(ConfigurationError) as refused:
        read_theme("x", GOOD.replace(good, wrong, 1), "/etc/x.toml")
    assert str(refused.value).startswith("/etc/x.toml: ")
    assert re.search(rf"\b{re.escape(named)}\b", str(refused.value))


def test_a_file_that_is_no_text_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "latin.toml").write_bytes(b"dark = true # caf\xe9\n")
    monkeypatch.setattr("ovmtui.ui.themes.theme_directory", lambda: tmp_path)
    with pytest.raises(ConfigurationError, match=r"latin\.toml"):
        load_themes()[0]


def test_textual_takes_every_theme() -> None:
    app: App[None] = App()
    for theme in THEMES.values():
        app.register_theme(theme.textual)
        app.theme = theme.textual.name
        assert app.get_css_variables()["primary"]
