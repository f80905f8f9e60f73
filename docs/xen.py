"""The page about the real Xen pool, made from the results of `make test-xen`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.xen.record import RESULTS
from tests.xen.rows import Row


@dataclass(frozen=True, slots=True)
class Result:
    """How the tests of one row ended in the newest run that had it."""

    passed: bool
    seconds: float
    date: str
    versions: Mapping[str, str]


@dataclass(slots=True)
class _Run:
    date: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    rows: dict[Row, tuple[bool, float]] = field(default_factory=dict)


def read(directory: Path) -> dict[Row, Result]:
    """Return the newest result of each row in the runs at or below `directory`."""
    results: dict[Row, Result] = {}
    for path in sorted(directory.rglob(RESULTS)):
        run = _read_run(path)
        for row, (passed, seconds) in run.rows.items():
            results[row] = Result(passed, seconds, run.date, run.versions)
    return results


def page(results: Mapping[Row, Result]) -> str:
    """Return the page as Markdown."""
    passed = sum(result.passed for result in results.values())
    return "\n".join(
        (
            "# On a real Xen pool",
            "",
            "Made by `make test-xen`, which boots two QEMU machines with the real Xen of Debian",
            "12, `xl`, live migration and one OCFS2 volume (`tests/xen/README.md`), and drives",
            "ovmtui against them. What is so afterwards is read with `xl` on the nodes. The",
            "manager and its agent are stand-ins, scripts on the nodes. The CPUs are emulated and",
            "shared: nothing should be concluded from a time.",
            "",
            *_table(results),
            "",
            f"{passed} of {len(Row)} rows passed.",
            "",
            *_versions(results.values()),
            "",
        )
    )


def _read_run(path: Path) -> _Run:
    run = _Run()
    for text in path.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if "versions" in line:
            run.date, run.versions = line["date"], line["versions"]
            continue
        # A row of several tests passes when all of them do.
        passed, seconds = run.rows.get(Row[line["row"]], (True, 0.0))
        run.rows[Row[line["row"]]] = (passed and line["passed"], seconds + line["seconds"])
    return run


def _table(results: Mapping[Row, Result]) -> Iterable[str]:
    yield "| row | passed | seconds | date |"
    yield "|---|---|---|---|"
    for row in Row:
        result = results.get(row)
        if result is None:
            yield f"| {row.value} | not run | | |"
            continue
        passed = "yes" if result.passed else "**no**"
        yield f"| {row.value} | {passed} | {result.seconds:.0f} | {result.date} |"


def _versions(results: Iterable[Result]) -> Iterable[str]:
    """Return a line for each set of versions that the rows were played with."""
    sets = {", ".join(f"{key} {value}" for key, value in r.versions.items()) for r in results}
    return (f"Versions: {text}." for text in sorted(sets))


def main(arguments: Sequence[str]) -> None:
    """Print the page that belongs to a directory of runs, and write it beside this module."""
    text = page(read(Path(arguments[0])))
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
