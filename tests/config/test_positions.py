"""The line of each key, in every notation that TOML has."""

from __future__ import annotations

import tomli

from ovmtui.config.mistakes import KeyPath, shown_path
from ovmtui.config.positions import line_numbers

DOCUMENT = '''\
# a comment with [brackets] and "quotes"
top = 1
a.b . "c d" = 'x # y'
[t]
many = [ # first
  1, 2,
  [3, 4],
  { x = 1, y.z = "}" },
]
text = """
[not.a.table]
key = 1 """""
raw = \'\'\'
= [ \'\'\'
when = 1979-05-27 07:32:00 # a date
[ t . "sub]" ]
k = 0x1F
[[array]]
n = 1
[[array]]
n = 2
[array.inner]
m = "\\"]"
[[array.inner.deep]]
o = true
'''


def paths_of(value: object, path: KeyPath = ()) -> list[KeyPath]:
    """Return the path of each key and item in `value`."""
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    found: list[KeyPath] = []
    for key, item in items:
        found += [(*path, key), *paths_of(item, (*path, key))]
    return found


def test_every_key_of_every_notation_is_found() -> None:
    lines = {shown_path(path): line for path, line in line_numbers(DOCUMENT).items()}
    assert lines == {
        "top": 2,
        "a": 3,
        "a.b": 3,
        'a.b."c d"': 3,
        "t": 4,
        "t.many": 5,
        "t.many[0]": 6,
        "t.many[1]": 6,
        "t.many[2]": 7,
        "t.many[2][0]": 7,
        "t.many[2][1]": 7,
        "t.many[3]": 8,
        "t.many[3].x": 8,
        "t.many[3].y": 8,
        "t.many[3].y.z": 8,
        "t.text": 10,
        "t.raw": 13,
        "t.when": 15,
        't."sub]"': 16,
        't."sub]".k': 17,
        "array": 18,
        "array[0]": 18,
        "array[0].n": 19,
        "array[1]": 20,
        "array[1].n": 21,
        "array[1].inner": 22,
        "array[1].inner.m": 23,
        "array[1].inner.deep": 24,
        "array[1].inner.deep[0]": 24,
        "array[1].inner.deep[0].o": 25,
    }
    assert set(line_numbers(DOCUMENT)) == set(paths_of(tomli.loads(DOCUMENT)))


def test_windows_line_ends_count_once() -> None:
    assert line_numbers("a = 1\r\n\r\nb = [\r\n1]\r\n")[("b", 0)] == 4
