"""Find and read `ovmtui.toml`. Every mistake in it is told at once, with its mend."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import tomli
from msgspec import inspect

from ovmtui.config.checks import file_mistakes, pool_mistakes, shared_node_mistakes
from ovmtui.config.mistakes import Mistake, report
from ovmtui.config.paths import configuration_files
from ovmtui.config.positions import line_numbers
from ovmtui.config.schema import Pool, Settings
from ovmtui.config.shape import shape_mistakes
from ovmtui.errors import ConfigurationError
from ovmtui.model.text import visible

VARIABLE = "OVMTUI_CONFIG"
"""Environment variable that names the configuration file."""
LARGEST = 1_048_576
"""Bytes; a larger file is not a configuration."""


def find(explicit: str | None, environ: Mapping[str, str]) -> Path | None:
    """Return the configuration file to load, or None when there is none anywhere.

    The first of: `explicit` (the option `--config`), the variable `OVMTUI_CONFIG`, the
    user's `ovmtui/ovmtui.toml` in the XDG configuration directory, the system's.

    Raises:
        ConfigurationError: a file is named by option or variable and is not there.
    """
    for name, origin in ((explicit, "--config"), (environ.get(VARIABLE), f"${VARIABLE}")):
        if name:
            path = Path(os.path.expanduser(name))
            if not _exists(path):
                raise ConfigurationError(
                    f"{_shown(path)}: there is no such file, but {origin} names it; mend the "
                    "name, or write a first file with `ovmtui config init`"
                )
            return path
    return next((path for path in configuration_files() if _exists(path)), None)


def load(path: Path) -> Settings:
    """Return the settings that the file at `path` holds.

    Raises:
        ConfigurationError: with one line for each mistake, `FILE:LINE: KEY: what`.
    """
    text = _read(path)
    document = _parse(text, path)
    mistakes = list(_mistakes(document))
    if mistakes:
        raise ConfigurationError(report(_shown(path), mistakes, lines=line_numbers(text)))
    return msgspec.convert(document, Settings)


def _mistakes(document: dict[str, object]) -> Iterator[Mistake]:
    """Yield every mistake; what is well formed is checked further all the same."""
    try:
        settings = msgspec.convert(document, Settings)
    except msgspec.ValidationError as error:
        found = list(shape_mistakes(document, inspect.type_info(Settings)))
        # Whatever msgspec refuses is told, if need be in its own words.
        yield from found or [Mistake((), visible(str(error), limit=400))]
        settings = _sound_part(document)
    else:
        if not settings.pools:
            yield Mistake((), 'no pool is named; add `[pools.NAME]` with `nodes = ["HOST", …]`')
    for name, pool in settings.pools.items():
        yield from pool_mistakes(pool, ("pools", name))
    yield from shared_node_mistakes(settings.pools)
    yield from file_mistakes(settings)


def _sound_part(document: dict[str, object]) -> Settings:
    """Return the settings without each pool and each top-level key that is malformed."""
    sound = Settings()
    for key, value in document.items():
        try:
            part = msgspec.convert({key: value}, Settings)
        except msgspec.ValidationError:
            continue
        sound = msgspec.structs.replace(sound, **{key: getattr(part, key)})
    pools = document.get("pools")
    if isinstance(pools, dict) and not sound.pools:
        sound = msgspec.structs.replace(sound, pools=dict(_sound_pools(pools)))
    return sound


def _sound_pools(pools: dict[str, object]) -> Iterator[tuple[str, Pool]]:
    for name, value in pools.items():
        try:
            yield name, msgspec.convert(value, Pool)
        except msgspec.ValidationError:
            continue


def _parse(text: str, path: Path) -> dict[str, object]:
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ConfigurationError(_syntax_error(text, path, error)) from None
    except (RecursionError, ValueError) as error:
        # Not syntax: nested beyond reason, or a number of thousands of digits.
        raise ConfigurationError(f"{_shown(path)}: this is no configuration: {error}") from None


def _syntax_error(text: str, path: Path, error: tomli.TOMLDecodeError) -> str:
    lines = text.split("\n")
    row = min(error.lineno, len(lines))
    line = lines[row - 1]
    before = len(visible(line[: error.colno - 1], limit=200))
    return (
        f"{_shown(path)}:{row}:{error.colno}: not valid TOML: {visible(error.msg, limit=200)}\n"
        f"    {visible(line.rstrip(), limit=200)}\n"
        f"    {' ' * before}^"
    )


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationError(f"{_shown(path)}: cannot be read: {reason}") from None
    if len(raw) > LARGEST:
        raise ConfigurationError(
            f"{_shown(path)}: is larger than {LARGEST // 1024} KiB; this is no configuration"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise ConfigurationError(
            f"{_shown(path)}:{line}:{column}: byte 0x{raw[error.start]:02x} is not UTF-8; "
            "save the file as UTF-8"
        ) from None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        # It is there, or was asked for, but cannot be looked at: reading it says why.
        return True


def _shown(path: Path) -> str:
    return visible(str(path), limit=400)
