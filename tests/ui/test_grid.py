from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace

from rich.cells import cell_len
from textual import on
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from ovmtui.model.identity import VmKey
from ovmtui.ui.themes import load_themes
from ovmtui.ui.viewmodel.cells import Cell
from ovmtui.ui.viewmodel.columns import COLUMNS
from ovmtui.ui.viewmodel.rows import Row
from ovmtui.ui.viewmodel.view import ViewState
from ovmtui.ui.widgets.grid import Grid

PLACE = {column.id: index for index, column in enumerate(COLUMNS)}


def key(number: int, pool: str = "pool1") -> VmKey:
    return VmKey(pool, f"{number:04d}")


def row(number: int, *, pool: str = "pool1", role: str = "text", **texts: str) -> Row:
    shown = {
        "name": f"vm{number:04d}",
        "pool": pool,
        "node": "ovm1",
        "state": "● run",
        "ha": "▲ on",
        "service": "",
        "env": "",
        "vcpu": "2",
        "mem": "4.0G",
        "cpu": "1.0",
        "note": "",
        **texts,
    }
    return Row(key(number, pool), tuple(Cell(shown.get(column.id, "")) for column in COLUMNS), role)


def rows(count: int) -> tuple[Row, ...]:
    return tuple(row(number) for number in range(count))


class GridApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Grid.CursorMoved] = []

    def compose(self) -> ComposeResult:
        yield Grid()

    @on(Grid.CursorMoved)
    def _heard(self, message: Grid.CursorMoved) -> None:
        self.heard.append(message)


class Scene:
    """A grid in a running application."""

    def __init__(self, app: GridApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot
        self.grid = app.query_one(Grid)

    async def show(self, shown: Iterable[Row], view: ViewState | None = None) -> int:
        """Show rows; return how many lines were painted for that."""
        before = self.grid.painted
        self.grid.show(tuple(shown), view or ViewState())
        await self.settle()
        return self.grid.painted - before

    async def press(self, *keys: str) -> int:
        """Press keys; return how many lines were painted for that."""
        before = self.grid.painted
        await self.pilot.press(*keys)
        await self.settle()
        return self.grid.painted - before

    async def settle(self) -> None:
        for _ in range(3):
            await self.pilot.pause()

    @property
    def lines(self) -> list[str]:
        """The screen as it is, line by line."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def pointed(self) -> str:
        """The line that shows the cursor; empty when it is not to be seen."""
        return next((line for line in self.lines if line.startswith("▸")), "")


@asynccontextmanager
async def scene(size: tuple[int, int] = (140, 20)) -> AsyncIterator[Scene]:
    app = GridApp()
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        app.query_one(Grid).focus()
        found = Scene(app, pilot)
        await found.settle()
        yield found


async def test_one_changed_cell_paints_one_line() -> None:
    async with scene() as s:
        await s.show(rows(2500))
        changed = list(rows(2500))
        changed[5] = row(5, cpu="99.9")
        assert await s.show(changed) == 1
        assert "99.9" in s.lines[6]


async def test_a_change_that_is_not_in_sight_paints_nothing() -> None:
    async with scene() as s:
        await s.show(rows(2500))
        changed = list(rows(2500))
        changed[2000] = row(2000, cpu="99.9")
        assert await s.show(changed) == 0
        await s.press("G")
        await s.press("pageup")
        s.grid.move_to(key(2000))
        await s.settle()
        assert "99.9" in s.pointed


async def test_equal_rows_paint_nothing() -> None:
    async with scene() as s:
        await s.show(rows(100))
        assert await s.show(rows(100)) == 0


async def test_the_cursor_paints_two_lines() -> None:
    async with scene() as s:
        await s.show(rows(100))
        assert await s.press("down") == 2


async def test_a_mark_paints_its_line_only() -> None:
    async with scene() as s:
        await s.show(rows(100))
        marked = list(rows(100))
        marked[3] = replace(marked[3], marked=True)
        assert await s.show(marked, ViewState(marks=frozenset({key(3)}))) == 1
        assert s.lines[4].startswith(" ■")


async def test_keys_move_the_cursor_and_the_heading_stays() -> None:
    async with scene((80, 11)) as s:
        await s.show(rows(100))
        heading = s.lines[0]
        for pressed, number in (
            ("j", 1),
            ("down", 2),
            ("k", 1),
            ("pagedown", 10),
            ("end", 99),
            ("pageup", 90),
            ("G", 99),
            ("g", 0),
            ("up", 0),
        ):
            await s.press(pressed)
            assert s.grid.cursor == key(number), pressed
            assert f"vm{number:04d}" in s.pointed, pressed
            assert s.lines[0] == heading


async def test_the_cursor_stays_on_its_machine_and_in_sight_when_rows_are_sorted_anew() -> None:
    async with scene() as s:
        await s.show(rows(500))
        await s.press("down")
        for shown in (reversed(rows(500)), rows(500)):
            await s.show(shown)
            assert s.grid.cursor == key(1)
            assert "vm0001" in s.pointed
        assert len(s.app.heard) == 2, "first shown, then moved down; sorting moves nothing"


async def test_rows_that_come_above_do_not_move_the_cursor_on_the_screen() -> None:
    async with scene() as s:
        await s.show(rows(500))
        s.grid.move_to(key(300))
        await s.settle()
        height = s.lines.index(s.pointed)
        await s.show((row(9001), row(9002), *rows(500)))
        assert "vm0300" in s.pointed
        assert s.lines.index(s.pointed) == height


async def test_when_its_machine_goes_the_cursor_goes_to_the_nearest_and_says_so() -> None:
    async with scene() as s:
        await s.show(rows(5))
        await s.press("down", "down")
        await s.show(r for r in rows(5) if r.key != key(2))
        assert s.grid.cursor == key(3)
        told = s.app.heard[-1]
        assert isinstance(told, Grid.CursorMoved)
        assert (told.key, told.lost) == (key(3), key(2))
        await s.show(rows(2))
        assert s.grid.cursor == key(1)
        await s.show(())
        assert s.grid.cursor is None
        assert isinstance(s.app.heard[-1], Grid.CursorMoved)
        assert s.app.heard[-1].key is None


async def test_a_machine_that_was_filtered_away_gets_its_cursor_back() -> None:
    async with scene() as s:
        await s.show(rows(5))
        await s.press("down", "down")
        await s.show(rows(1))
        assert s.grid.cursor == key(0)
        await s.show(rows(5))
        assert s.grid.cursor == key(2)


async def test_a_click_moves_the_cursor() -> None:
    async with scene() as s:
        await s.show(rows(5))
        await s.pilot.click(Grid, offset=(5, 4))
        assert s.grid.cursor == key(3)
        await s.pilot.click(Grid, offset=(5, 0))
        await s.pilot.click(Grid, offset=(5, 15))
        assert s.grid.cursor == key(3)


async def test_moving_to_a_machine_that_is_not_shown_changes_nothing() -> None:
    async with scene() as s:
        await s.show(rows(5))
        s.grid.move_to(key(77))
        await s.settle()
        assert s.grid.cursor == key(0)


async def headings(size: tuple[int, int], shown: Iterable[Row]) -> list[str]:
    async with scene(size) as s:
        await s.show(shown)
        return s.lines[0].replace("JOB · NOTE", "JOB").replace("▴", "").split()


async def test_columns_step_aside_by_priority() -> None:
    small = ["NAME", "NODE", "STATE", "HA", "MEM", "CPU%", "JOB"]
    assert await headings((80, 24), rows(5)) == small
    assert await headings((80, 24), rows(500)) == small, "the scroll bar costs no column"
    usual = ["NAME", "NODE", "STATE", "HA", "VCPU", "MEM", "CPU%", "TREND", "JOB"]
    assert await headings((140, 40), rows(5)) == usual
    two_pools = (*rows(5), row(7, pool="pool2"))
    assert await headings((140, 40), two_pools) == ["NAME", "POOL", *usual[1:]]
    without_trend = [heading for heading in usual if heading != "TREND"]
    assert await headings((100, 40), rows(5)) == without_trend, "what is nice to have goes first"
    assert await headings((30, 10), rows(5)) == ["NAME"]


async def test_figures_stand_right_under_their_heading() -> None:
    async with scene() as s:
        await s.show((row(1, mem="512M", vcpu="1"), row(2, mem="16.0G", vcpu="16")))
        heading, first, second = s.lines[:3]
        for title, one, other in (("MEM", "512M", "16.0G"), ("VCPU", " 1", "16")):
            end = heading.index(title) + len(title)
            assert first[:end].endswith(one)
            assert second[:end].endswith(other)


async def test_wide_characters_do_not_shift_columns() -> None:
    async with scene((80, 10)) as s:
        name = "名前の長い仮想計算機です"
        await s.show((row(1), row(2, name=name), row(3, name="n" * 200)))
        states = [line[: line.index("● run")] for line in s.lines[1:4]]
        assert {cell_len(before) for before in states} == {cell_len(states[0])}
        assert "…" in s.lines[2]
        assert "…" in s.lines[3]


async def test_long_node_names_are_told_apart_on_every_terminal() -> None:
    names = ("ovs-prod-01", "ovs-prod-02")
    for size in ((80, 24), (140, 40)):
        async with scene(size) as s:
            await s.show(row(number, node=name) for number, name in enumerate(names))
            assert [name in line for name, line in zip(names, s.lines[1:], strict=False)] == [
                True,
                True,
            ]


async def test_a_migration_moves_no_column() -> None:
    async with scene() as s:
        await s.show((row(1, node="ovs-prod-01"), row(2)))
        heading = s.lines[0]
        await s.show((row(1, node="ovs-prod-01+ovs-prod-02"), row(2)))
        assert s.lines[0] == heading
        assert "ovs-prod-01+ovs-prod-02" in s.lines[1]


async def test_the_heading_shows_the_order() -> None:
    async with scene() as s:
        await s.show(rows(5), ViewState(sort="cpu", descending=True))
        assert "CPU%▾" in s.lines[0]
        painted = await s.show(rows(5), ViewState(sort="cpu"))
        assert "CPU%▴" in s.lines[0]
        assert painted == 1


async def test_without_rows_the_reason_stands_in_the_middle() -> None:
    async with scene((40, 12)) as s:
        s.grid.empty_text = "仮想 no machine fits the filter"
        await s.show(())
        line = next(line for line in s.lines if "filter" in line)
        left = len(line) - len(line.lstrip())
        assert abs(left - (40 - left - cell_len(line.strip()))) <= 1


async def test_the_scroll_bar_covers_no_text() -> None:
    async with scene((80, 10)) as s:
        note = "x" * 11 + "!"
        await s.show(row(number, note=note) for number in range(50))
        assert s.grid.show_vertical_scrollbar
        assert note in s.lines[3]


async def test_a_resized_terminal_shows_the_cursor_still() -> None:
    async with scene((140, 30)) as s:
        await s.show(rows(100))
        s.grid.move_to(key(25))
        await s.pilot.resize_terminal(80, 12)
        await s.settle()
        assert "vm0025" in s.pointed


async def test_danger_and_age_colour_the_whole_row() -> None:
    theme = load_themes()[0]["ovmtui-dark"]
    async with scene() as s:
        s.grid._painter.style_of = theme.style
        await s.show((row(0), row(1, role="danger"), row(2, role="dim")))
        for y, role in ((2, "danger"), (3, "dim")):
            colours = {
                segment.style.color
                for segment in s.grid.render_line(y)
                if segment.text.strip() and segment.style
            }
            assert colours == {theme.style(role).color}


async def test_another_theme_paints_everything_anew() -> None:
    themes = load_themes()[0]
    async with scene() as s:
        await s.show((row(0), row(1)))
        s.grid._painter.style_of = themes["ovmtui-light"].style
        s.grid.theme_changed()
        await s.settle()
        colours = {segment.style.color for segment in s.grid.render_line(2) if segment.style}
        assert themes["ovmtui-light"].style("text").color in colours
