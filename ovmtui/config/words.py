"""Whether single words of the settings can be what they are for."""

from __future__ import annotations

from ovmtui.model.text import visible


def host_problem(host: str | None) -> str:
    """Return why `host` is no host to connect to; empty when it is one, or None."""
    if host is None:
        return ""
    if "@" in host:
        return "must be the host alone; put what is before `@` into `user`"
    if host.count(":") == 1:
        return "must be the host alone; put what is behind `:` into `port`"
    if has_blank(host) or host[:1] in {"-", "["} or "/" in host:
        return "must be one host name, address (IPv6 without brackets) or SSH alias"
    return ""


def path_problem(name: str) -> str:
    """Return why `name` is no path of a file of the user's; empty when it is one."""
    if "\0" in name or not name.startswith(("/", "~/")):
        return "must be an absolute path, or one that begins with `~/`"
    return ""


def has_blank(text: str) -> bool:
    """Return whether `text` has blanks or controls in it."""
    return any(character.isspace() or not character.isprintable() for character in text)


def quoted(text: str) -> str:
    """Return `text` as a message shows it."""
    return visible(text, limit=80)
