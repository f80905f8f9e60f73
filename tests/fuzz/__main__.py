"""Feed a great number of inputs to every parser: `python -m tests.fuzz --inputs 1000000`."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter

from tests.fuzz.run import Outcome, arm, examine, fuzz, keep, kept
from tests.fuzz.strategies import examples

_PART = 20_000
"""Inputs of one seed."""
_SECONDS = 10.0
"""What one input may take: generous, for a machine that is busy with other things."""


def _work(order: tuple[int, int]) -> Outcome:
    count, seed = order
    arm()
    return fuzz(count, seed=seed, seconds=_SECONDS)


def main() -> int:
    """Run, print the figures, and return 1 where anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="add what is new to the corpus")
    chosen = parser.parse_args()
    began = time.monotonic()
    parts = [
        (min(_PART, chosen.inputs - start), chosen.seed * 1_000_003 + start)
        for start in range(0, chosen.inputs, _PART)
    ]
    total = Outcome()
    for target, text in kept():
        total.inputs["corpus"] += 1
        examine(target, text, total, seconds=None)
    with multiprocessing.Pool(chosen.processes) as pool:
        for number, part in enumerate(pool.imap_unordered(_work, parts), 1):
            total.inputs.update(part.inputs)
            total.characters += part.characters
            total.failures += part.failures
            for key, text in part.kinds.items():
                if key not in total.kinds or len(text) < len(total.kinds[key]):
                    total.kinds[key] = text
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{number} of {len(parts)} parts")
    found, count = examples(chosen.inputs // 50)
    total.failures += found
    total.inputs["hypothesis"] = count
    _tell(total, time.monotonic() - began)
    if chosen.keep:
        sys.stdout.write(f"{keep(total)} added to the corpus\n")
    return 1 if total.failures else 0


def _tell(total: Outcome, seconds: float) -> None:
    count = sum(total.inputs.values())
    sys.stdout.write(
        f"{count} inputs, {total.characters / 1e6:.0f} million characters, {seconds:.0f} s, "
        f"{len(total.kinds)} kinds of answers, {len(total.failures)} findings\n"
    )
    for name, number in total.inputs.most_common():
        sys.stdout.write(f"  {name:<12} {number:>8}\n")
    alike = Counter((name, what[:100]) for name, what, _ in total.failures)
    for (name, what), number in alike.most_common(30):
        example = min(
            (text for n, w, text in total.failures if (n, w[:100]) == (name, what)), key=len
        )
        sys.stdout.write(f"{number} x {name}: {what}\n    {example[:400]!r}\n")


if __name__ == "__main__":
    sys.exit(main())
