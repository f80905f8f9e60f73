"""What sudo says when it does not make a user root, in our words and with a mend. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.model.text import visible

WITHOUT_PASSWORD = "sudo -n -H"
"""How a command is run as root where sudo asks for no password."""
WITH_PASSWORD = "sudo -S -H"
"""The same where it does; the password goes in on standard input."""


@dataclass(frozen=True, slots=True)
class SudoProblem:
    """Why sudo does not do it."""

    what: str
    mend: str


def sudo_problem(said: str, *, user: str, password: bool) -> SudoProblem:
    """Read what sudo printed before it gave up.

    Args:
        said: its standard error, or what its terminal showed.
        user: who called it.
        password: whether a password was given.
    """
    text = said.lower()
    rule = f"with `visudo` on the node: `{visible(user)} ALL=(root) NOPASSWD: ALL`"
    if "must have a tty" in text:
        what = "sudo wants a terminal (requiretty is on)"
        return SudoProblem(what, f"add `Defaults:{visible(user)} !requiretty` with `visudo` there")
    if "incorrect password" in text or "try again" in text:
        return SudoProblem(
            "sudo does not accept the password", "give the right one in the node's `sudo` table"
        )
    if "no password was provided" in text or "password is required" in text:
        if password:
            return SudoProblem("sudo asks for more than the password", f"mend it {rule}")
        source = "`sudo = { password_prompt = true }`, or another source (see docs/ssh.md)"
        return SudoProblem("sudo asks for a password", f"set {source}; or {rule}")
    if "not in the sudoers" in text or "not allowed" in text or "may not run" in text:
        return SudoProblem(
            f"sudo does not let {visible(user)} run a shell as root", f"allow {rule}"
        )
    if "not found" in text:
        return SudoProblem("there is no sudo", 'install it there, or set user = "root"')
    if "option" in text and ("illegal" in text or "invalid" in text or "usage" in text):
        return SudoProblem(
            "this sudo is too old for -n", "give a password in the node's `sudo` table"
        )
    told = visible(" ".join(said.split()), limit=200)
    why = f"sudo does not make {visible(user)} root: {told or 'it says nothing'}"
    return SudoProblem(why, f"try `ssh` and `sudo -n true` there by hand; or {rule}")
