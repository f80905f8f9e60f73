"""Damage: what becomes of a text on its way, and what a hostile node would send."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

Damage = Callable[[str, Random, Sequence[str]], str]


def cut(text: str, random: Random, _: Sequence[str]) -> str:
    """Return the beginning of `text`."""
    return text[: random.randint(0, len(text))]


def cut_before(text: str, random: Random, _: Sequence[str]) -> str:
    """Return the end of `text`."""
    return text[random.randint(0, len(text)) :]


def spliced(text: str, random: Random, seeds: Sequence[str]) -> str:
    """Return the beginning of `text` with the end of another one."""
    return cut(text, random, seeds) + cut_before(random.choice(seeds), random, seeds)


def garbled(text: str, random: Random, seeds: Sequence[str]) -> str:
    """Replace, remove or insert bytes; what is no UTF-8 any more is decoded as the program does."""
    data = bytearray(text.encode("utf-8", errors="replace"))
    for _ in range(random.choice((1, 1, 1, 2, 5, 40))):
        if not data:
            break
        place = random.randrange(len(data))
        match random.randrange(4):
            case 0:
                data[place] = random.randrange(256)
            case 1:
                del data[place : place + random.choice((1, 1, 3, 30))]
            case 2:
                data[place:place] = random.randbytes(random.choice((1, 2, 8)))
            case _:
                data[place] ^= 1 << random.randrange(8)
    return data.decode("utf-8", errors="replace")


def shuffled(text: str, random: Random, seeds: Sequence[str]) -> str:
    """Return `text` with its lines doubled, lost or in another order."""
    lines = text.split("\n")
    for _ in range(random.choice((1, 2, 5))):
        if not lines:
            break
        place = random.randrange(len(lines))
        match random.randrange(3):
            case 0:
                lines.insert(place, random.choice(lines))
            case 1:
                lines.pop(place)
            case _:
                lines.insert(random.randrange(len(lines)), lines.pop(place))
    return "\n".join(lines)


def repeated(text: str, random: Random, _: Sequence[str]) -> str:
    """Return `text` with a part of it many times over."""
    start = random.randint(0, len(text))
    part = text[start : start + random.choice((1, 10, 100))]
    return text[:start] + part * random.choice((2, 10, 100)) + text[start:]


def carried(text: str, random: Random, _: Sequence[str]) -> str:
    """Return `text` with other ends of lines, blanks or controls."""
    old, new = random.choice(
        (("\n", "\r\n"), ("\n", "\r"), (" ", "\t"), ("-", "\x00"), ("\n", "\x1b[2J\n"), ("0", "٠"))
    )
    return text.replace(old, new, random.choice((1, -1)))


def noise(_: str, random: Random, __: Sequence[str]) -> str:
    """Return bytes that mean nothing."""
    return random.randbytes(random.choice((0, 1, 20, 300))).decode("utf-8", errors="replace")


DAMAGES: tuple[Damage, ...] = (
    cut,
    cut,
    cut_before,
    spliced,
    garbled,
    garbled,
    garbled,
    shuffled,
    repeated,
    carried,
    noise,
)


def damaged(text: str, random: Random, seeds: Sequence[str]) -> str:
    """Return `text` after one to three damages."""
    for _ in range(random.choice((1, 1, 2, 3))):
        text = random.choice(DAMAGES)(text, random, seeds)
    return text[:200_000]
