"""The page about the layers, made from the imports that the modules really have."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
_PACKAGE = "ovmtui"
_OWN_LIBRARIES = ("argcomplete", "asyncssh", "cryptography", "msgspec", "platformdirs", "rich")
_LIBRARIES = frozenset((*_OWN_LIBRARIES, "textual", "tomli", "keyring"))
_WORLD = frozenset(("asyncio", "os", "pathlib", "socket", "sqlite3", "subprocess", "threading"))
"""Parts of Python through which a module touches the world, or waits for it."""


def page() -> str:
    """Return the page as Markdown with a Mermaid diagram."""
    graph = grimp.build_graph(_PACKAGE, include_external_packages=True, cache_dir=None)
    return "\n".join(
        (
            "# The layers, as the imports are",
            "",
            "Made from the real import graph by `make docs`; a test fails when it is out of date.",
            "The contracts in `pyproject.toml` say what may be, this page says what is. Why it is",
            "so, and how to add to it: [CONTRIBUTING.md](../CONTRIBUTING.md).",
            "",
            "```mermaid",
            *_diagram(graph),
            "```",
            "",
            "| Part | What it is | Imports, of ovmtui | Libraries | The world |",
            "|---|---|---|---|---|",
            *_rows(graph),
            "",
            "*The world*: the parts of Python through which files, clocks, processes and networks",
            "are reached. Where it says nothing, the same input gives the same result, always.",
            "",
            "## The doors between the parts",
            "",
            "Which modules of a part the parts above it import: what has to be kept in mind when",
            "they change.",
            "",
            "| Part | Its modules that others import | Imported by |",
            "|---|---|---|",
            *_doors(graph),
            "",
        )
    )


def layers() -> list[list[str]]:
    """Return the layers of the first contract, the highest first; beside each other in a list."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    layered = contracts["importlinter"]["contracts"][0]["layers"]
    return [[part.strip() for part in line.split("|")] for line in layered]


def parts(graph: grimp.ImportGraph) -> list[str]:
    """Return the parts in the layers' order; those that belong to no layer come last."""
    ordered = [part for layer in layers() for part in layer]
    rest = sorted(graph.find_children(_PACKAGE) - set(ordered) - {f"{_PACKAGE}.__main__"})
    return ordered + rest


def edges(graph: grimp.ImportGraph) -> dict[str, set[str]]:
    """Return for each part what it imports: other parts, libraries, and Python's own modules."""
    reached: dict[str, set[str]] = {}
    known = parts(graph)
    for part in known:
        inside = graph.find_descendants(part) | {part}
        reached[part] = {
            _part_of(imported, known)
            for module in inside
            for imported in graph.find_modules_directly_imported_by(module) - inside
        } - {part}
    return reached


def _diagram(graph: grimp.ImportGraph) -> Iterator[str]:
    known = parts(graph)
    yield "flowchart TD"
    for part in known:
        yield f"    {_short(part)}"
    for part, reached in edges(graph).items():
        for other in known:
            if other in reached:
                yield f"    {_short(part)} --> {_short(other)}"


def _rows(graph: grimp.ImportGraph) -> Iterator[str]:
    known = parts(graph)
    for part, reached in edges(graph).items():
        own = ", ".join(_short(other) for other in known if other in reached)
        libraries = ", ".join(sorted(reached & _LIBRARIES))
        world = ", ".join(sorted(reached & _WORLD))
        yield f"| `{_place(part)}` | {_purpose(part)} | {own} | {libraries} | {world} |"


def _doors(graph: grimp.ImportGraph) -> Iterator[str]:
    known = parts(graph)
    for part in known:
        users: dict[str, set[str]] = {}
        for module in graph.find_descendants(part):
            by = {_part_of(user, known) for user in graph.find_modules_that_directly_import(module)}
            for user in by - {part, _PACKAGE}:
                users.setdefault(module.removeprefix(f"{part}."), set()).add(_short(user))
        if users:
            names = ", ".join(f"`{name}`" for name in sorted(users))
            by_all = ", ".join(sorted(set().union(*users.values())))
            yield f"| {_short(part)} | {names} | {by_all} |"


def _part_of(module: str, known: list[str]) -> str:
    for part in known:
        if module == part or module.startswith(f"{part}."):
            return part
    return module.partition(".")[0]


def _short(part: str) -> str:
    return part.removeprefix(f"{_PACKAGE}.")


def _path(part: str) -> Path:
    path = ROOT / part.replace(".", "/")
    return path if path.is_dir() else path.with_suffix(".py")


def _place(part: str) -> str:
    path = _path(part)
    return f"{path.relative_to(ROOT)}{'/' if path.is_dir() else ''}"


def _purpose(part: str) -> str:
    """Return the first sentence that the part says of itself."""
    path = _path(part)
    source = (path / "__init__.py" if path.is_dir() else path).read_text(encoding="utf-8")
    words = " ".join((ast.get_docstring(ast.parse(source)) or "").split())
    return words.partition(". ")[0].rstrip(".").replace("|", "\\|")
