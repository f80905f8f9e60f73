"""Print every figure as one table."""

from __future__ import annotations

from benchmarks.figures import table
from benchmarks.painting import painting
from benchmarks.reading import reading
from benchmarks.slowlink import slow_link
from benchmarks.starting import starting

print(table([*reading(), *starting(), *painting(), *slow_link()]))
