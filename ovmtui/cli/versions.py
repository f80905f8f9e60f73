"""`ovmtui --version`: the versions of what decides how a session behaves, as a report needs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from ovmtui import __version__


class Versions(argparse.Action):
    """Prints the versions and ends; they are looked up only then."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Print them to standard output."""
        sys.stdout.write("".join(f"{line}\n" for line in versions()))
        parser.exit()


def versions() -> Iterator[str]:
    """Yield one line for each; the first is ovmtui's own."""
    import platform

    yield f"ovmtui {__version__}"
    yield f"Python {platform.python_version()} ({sys.executable})"
    for name, shown in (("textual", "Textual"), ("asyncssh", "asyncssh")):
        yield f"{shown} {_installed(name)}"
    yield f"cryptography {_installed('cryptography')} with {_openssl()}"
    yield f"platform {platform.platform()}"


def _installed(name: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _openssl() -> str:
    """Return the version of the OpenSSL that encrypts: cryptography's, not Python's own."""
    try:
        from cryptography.hazmat.backends.openssl import backend
    except ImportError as error:
        return f"an OpenSSL that cannot be loaded: {error}"
    return backend.openssl_version_text()
