"""Compare what a file says with the schema, and find every mistake at once.

msgspec stops at the first mistake and names no dictionary key in its path; a person
who mends a file wants all of them, each with its place. So msgspec decides whether the
settings are right, and this module tells what is wrong when they are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import inspect

from ovmtui.config.mistakes import KeyPath, Mistake, nearest
from ovmtui.model.text import visible

_NO_PASSWORDS = (
    "a password is never kept in this file; use `password_env`, `password_file`, "
    "`password_command`, `password_keyring` or `password_prompt`"
)
_NUMERIC = re.compile(r"[0-9]+(\.[0-9]+)?")


def shape_mistakes(value: object, kind: inspect.Type, path: KeyPath = ()) -> Iterator[Mistake]:
    """Yield each way in which `value`, read from TOML, is not of `kind`."""
    match kind:
        case inspect.UnionType(types=types):
            yield from shape_mistakes(value, _alternative(value, types), path)
        case inspect.StructType():
            yield from _table(value, kind, path)
        case inspect.DictType():
            yield from _mapping(value, kind, path)
        case inspect.VarTupleType():
            yield from _array(value, kind, path)
        case inspect.EnumType():
            words = [str(word.value) for word in kind.cls]
            if not isinstance(value, str) or value not in words:
                meant = nearest(value, words) if isinstance(value, str) else None
                mend = f"did you mean `{meant}`?" if meant else f"use one of {', '.join(words)}"
                yield Mistake(path, f"must be one of {', '.join(words)}; {mend}")
        case inspect.StrType():
            yield from _string(value, kind, path)
        case inspect.IntType() | inspect.FloatType():
            yield from _number(value, kind, path)
        case inspect.BoolType() if not isinstance(value, bool):
            mend = " without quotes" if isinstance(value, str) else ""
            yield Mistake(path, f"must be true or false, not {_noun(value)}: write it{mend}")


def _alternative(value: object, types: tuple[inspect.Type, ...]) -> inspect.Type:
    """Return the type that `value` was meant to have; TOML has no null."""
    given = [kind for kind in types if not isinstance(kind, inspect.NoneType)]
    tables = [kind for kind in given if isinstance(kind, inspect.StructType)]
    # `true` where a table may stand, too.
    given = sorted(given, key=lambda kind: isinstance(kind, inspect.StructType))
    return tables[0] if tables and isinstance(value, dict) else given[0]


def _table(value: object, kind: inspect.StructType, path: KeyPath) -> Iterator[Mistake]:
    if not isinstance(value, dict):
        yield Mistake(path, f"must be a table with keys of its own, not {_noun(value)}")
        return
    fields = {field.encode_name: field for field in kind.fields}
    for key in value:
        if key not in fields:
            yield Mistake((*path, key), _unknown_key(key, fields))
    for name, field in fields.items():
        if name in value:
            yield from shape_mistakes(value[name], field.type, (*path, name))
        elif field.required:
            yield Mistake((*path, name), "is missing and has no default; add it")


def _unknown_key(key: str, fields: Mapping[str, object]) -> str:
    if key.lower() == "password":
        return _NO_PASSWORDS
    meant = nearest(key, fields)
    known = ", ".join(sorted(fields))
    return f"unknown key; did you mean `{meant}`?" if meant else f"unknown key; known are {known}"


def _mapping(value: object, kind: inspect.DictType, path: KeyPath) -> Iterator[Mistake]:
    if not isinstance(value, dict):
        yield Mistake(path, f"must be a table of tables, not {_noun(value)}")
        return
    for key, item in value.items():
        yield from _string(key, kind.key_type, (*path, key))
        yield from shape_mistakes(item, kind.value_type, (*path, key))


def _array(value: object, kind: inspect.VarTupleType, path: KeyPath) -> Iterator[Mistake]:
    if not isinstance(value, list):
        mend = ": put it in brackets, `[…]`" if isinstance(value, str | dict) else ""
        yield Mistake(path, f"must be an array, not {_noun(value)}{mend}")
        return
    if len(value) < (kind.min_length or 0):
        yield Mistake(path, "must not be empty; name at least one")
    for index, item in enumerate(value):
        yield from shape_mistakes(item, kind.item_type, (*path, index))


def _string(value: object, kind: inspect.Type, path: KeyPath) -> Iterator[Mistake]:
    if not isinstance(value, str):
        mend = ": put it in quotes" if isinstance(value, int | float) else ""
        yield Mistake(path, f"must be a string, not {_noun(value)}{mend}")
        return
    if not isinstance(kind, inspect.StrType):
        return
    if kind.pattern and not re.search(kind.pattern, value):
        yield Mistake(
            path,
            f"`{visible(value, limit=60)}` is no name: use letters, digits, `_`, `-` and `.`, "
            "and begin with a letter, a digit or `_`",
        )
    elif not value and kind.min_length:
        yield Mistake(path, "must not be empty; leave the key out for its default")


def _number(
    value: object, kind: inspect.IntType | inspect.FloatType, path: KeyPath
) -> Iterator[Mistake]:
    whole = isinstance(kind, inspect.IntType)
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        quoted = isinstance(value, str) and _NUMERIC.fullmatch(value)
        wanted = "a whole number" if whole else "a number"
        mend = f": write {value} without quotes" if quoted else ""
        yield Mistake(path, f"must be {wanted}, not {_noun(value)}{mend}")
        return
    # Written so that `nan`, which is neither above nor below anything, is refused.
    if not (
        (kind.gt is None or value > kind.gt)
        and (kind.ge is None or value >= kind.ge)
        and (kind.le is None or value <= kind.le)
    ):
        low = f"more than {kind.gt:g}" if kind.gt is not None else f"at least {kind.ge:g}"
        yield Mistake(path, f"must be {low} and at most {kind.le:.0f}")


def _noun(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case dict():
            return "a table"
        case _:
            return "a date or time"
