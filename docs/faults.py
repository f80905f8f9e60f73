"""The page about the fault matrix, made from the results of `make faults`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.faults.cells import CASES, CELLS, Cell, Fault

Results = dict[tuple[str, str], tuple[str, str]]
"""Name of the verb and step, name of the fault: how the plan ended, and how when gone on with."""

_MARKS = {
    "finished": "done",
    "resumed": "stopped, done",
    "stopped": "stopped",
    "refused": "refused",
}
_MEANINGS = {
    "finished": "the plan came to its end all the same",
    "resumed": "it stopped with a true statement and a safe next step; when the fault was over "
    "it was gone on with, and came to its end",
    "stopped": "it stopped with a true statement and a safe next step; going on with it said so "
    "again, since the world had changed (the machine was lost, or started elsewhere)",
    "refused": "it was refused before anything was changed",
}


def read(path: Path) -> Results:
    """Return the results in a file of JSON lines; of several for one cell the last one."""
    results: Results = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        cell = json.loads(line)
        results[cell["step"], cell["fault"]] = (cell["first"], cell["second"])
    return results


def ending(first: str, second: str) -> str:
    """Return which of the four endings a cell has."""
    if first == "stopped":
        return "resumed" if second == "finished" else "stopped"
    return first


def page(results: Results) -> str:
    """Return the page as Markdown."""
    counts = Counter(ending(*results[key]) for key in map(key_of, CELLS) if key in results)
    return "\n".join(
        (
            "# The fault matrix",
            "",
            "Made by `make faults`, which plays each cell on a simulated pool behind OpenSSH's",
            "`sshd`: the verb runs, the fault strikes in that step, later it is mended and the",
            "plan is gone on with. Held after each: the machine never ran twice, what the end",
            "says of its place and its HA is so, every step that began has a result, no lock is",
            "left, no secret was written down.",
            "",
            *_table(results),
            "",
            "| ending | cells | what it means |",
            "|---|---|---|",
            *(f"| {_MARKS[key]} | {counts[key]} | {text} |" for key, text in _MEANINGS.items()),
            f"| all | {counts.total()} of {len(CELLS)} | |",
            "",
        )
    )


def key_of(cell: Cell) -> tuple[str, str]:
    """Return by what a cell's result is found."""
    return step_name(cell.case.name, cell.case.steps[cell.step]), cell.fault.value


def step_name(verb: str, step: str) -> str:
    """Return the name of a row."""
    return f"{verb}: {step}"


def _table(results: Results) -> Iterable[str]:
    faults = [fault.value for fault in Fault]
    yield f"| step | {' | '.join(faults)} |"
    yield "|---" * (len(faults) + 1) + "|"
    for case in CASES:
        for step in case.steps:
            name = step_name(case.name, step)
            cells = (results.get((name, fault)) for fault in faults)
            marks = ("" if cell is None else _MARKS[ending(*cell)] for cell in cells)
            yield f"| {name} | {' | '.join(marks)} |"


def main(arguments: Sequence[str]) -> None:
    """Print the page that belongs to a file of results, and write it beside this module."""
    text = page(read(Path(arguments[0])))
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
