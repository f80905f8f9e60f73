"""`ovmtui config`: write a first configuration, check one, say where it is looked for."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ovmtui.cli.exitcodes import ExitCode
from ovmtui.config import initial, load, paths
from ovmtui.errors import ConfigurationError


def configure(options: argparse.Namespace) -> int:
    """Run `config init`, `config check` or `config path`.

    Raises:
        ConfigurationError: the file is wrong, missing, or would be overwritten.
    """
    match options.action:
        case "init":
            return _init(options)
        case "check":
            path = load.find(options.config, os.environ)
            if path is None:
                raise ConfigurationError("no configuration file was found")
            settings = load.load(path)
            nodes = sum(len(pool.nodes) for pool in settings.pools.values())
            sys.stdout.write(f"{path}: {len(settings.pools)} pool(s), {nodes} node(s), no errors\n")
        case _:
            found = load.find(options.config, os.environ)
            for path in paths.configuration_files():
                mark = "used" if path == found else "not used"
                sys.stdout.write(f"{path}  ({mark})\n")
    return ExitCode.DONE


def _init(options: argparse.Namespace) -> int:
    text = initial.render(options.hosts, pool=options.pool)
    if options.print:
        sys.stdout.write(text)
        return ExitCode.DONE
    named = options.config or os.environ.get("OVMTUI_CONFIG")
    path = Path(named).expanduser() if named else paths.user_configuration_file()
    initial.write_initial(path, text)
    sys.stdout.write(
        f"written: {path}\n"
        "look at it (the manager, if you use HA), then run:\n"
        "  ovmtui         the console; it asks about host keys that are not known\n"
        "  ovmtui check   what plans need, and what mends it\n"
    )
    return ExitCode.DONE
