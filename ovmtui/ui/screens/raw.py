"""A machine's vm.cfg as the nodes have it, and where their copies differ."""

from __future__ import annotations

import difflib

from rich.console import Group, RenderableType
from rich.text import Text
from textual import work

from ovmtui.errors import OvmtuiError
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.text import visible
from ovmtui.ui.desk import Desk
from ovmtui.ui.screens.base import Page

_ROLES = {"+": "ok", "-": "danger", "@": "accent"}


class RawScreen(Page[None]):
    """The file of the first node, then how each other node's differs from it."""

    def __init__(self, desk: Desk, vm: VmKey) -> None:
        """Read the files of `vm` from every node that knows them."""
        super().__init__(desk)
        self._key = vm
        self._texts: dict[tuple[str, NodeKey], str] = {}
        self._problems: dict[tuple[str, NodeKey], str] = {}
        self._reading = True

    def on_mount(self) -> None:
        """Begin to read."""
        super().on_mount()
        self._read()

    def title_text(self) -> tuple[str, str]:
        """Return the machine's name."""
        vm = self.desk.console.shown.vms.get(self._key)
        aside = "reading" if self._reading else "secrets are masked"
        return f"vm.cfg of {vm.shown if vm else self._key.identity}", aside

    def content(self) -> RenderableType:
        """Return each file, and the differences."""
        style = self.desk.style
        if not self._texts and not self._problems:
            return Text("reading" if self._reading else "no node has it now", style("dim"))
        parts: list[RenderableType] = []
        for path in dict.fromkeys(path for path, _ in (*self._texts, *self._problems)):
            copies = {node: text for (of, node), text in self._texts.items() if of == path}
            parts.append(Text(visible(path), style("accent")))
            first = next(iter(copies), None)
            for node, text in copies.items():
                if node == first:
                    same = [n.name for n in copies if n != first and copies[n] == text]
                    also = f"  the same on {', '.join(same)}" if same else ""
                    parts.append(Text(f"  as on {node.name}{also}", style("dim")))
                    parts += [Text(f"    {visible(line)}") for line in text.splitlines()]
                elif first is not None and text != copies[first]:
                    parts += self._difference(first, copies[first], node, text)
            for (of, node), problem in self._problems.items():
                if of == path:
                    line = f"  {node.name}: {visible(problem, limit=300)}"
                    parts.append(Text(line, style("warn")))
            parts.append(Text())
        return Group(*parts[:-1])

    def _difference(
        self, first: NodeKey, text: str, node: NodeKey, other: str
    ) -> list[RenderableType]:
        style = self.desk.style
        lines: list[RenderableType] = [
            Text(f"  {node.name} HAS ANOTHER COPY than {first.name}:", style("danger"))
        ]
        compared = difflib.unified_diff(
            text.splitlines(), other.splitlines(), first.name, node.name, lineterm="", n=1
        )
        lines += [
            Text(f"    {visible(line)}", style(_ROLES.get(line[:1], "text"))) for line in compared
        ]
        return lines

    @work
    async def _read(self) -> None:
        console = self.desk.console
        vm = console.shown.vms.get(self._key)
        paths = [file.path for file in vm.configs] if vm is not None else []
        for path in paths:
            for node in console.shown.nodes_of(self._key.pool):
                if path not in {file.path for file in node.configs or ()}:
                    continue
                try:
                    self._texts[path, node.key] = await console.read_config(node.key, path)
                except OvmtuiError as error:
                    self._problems[path, node.key] = str(error)
                self.redraw()
        self._reading = False
        self.redraw()
