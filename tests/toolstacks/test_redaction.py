from __future__ import annotations

import ast
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ovmtui.toolstacks.redaction import redact
from tests.toolstacks.recorded import recordings


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("(vncpasswd oracle)", "(vncpasswd XXXXXX)"),
        ("(vfb (vncpasswd 'a) b') (vnc 1))", "(vfb (vncpasswd XXXXXX) (vnc 1))"),
        ("(vncpasswd\n    oracle\n)\n(vnc 1)", "(vncpasswd\n    XXXXXX)\n(vnc 1)"),
        ("(vncpasswd )", "(vncpasswd )"),
        ("vncpasswd = 'oracle'\nvnc = 1", "vncpasswd = XXXXXX\nvnc = 1"),
        ("vncpasswd='ora\\'cle' # secret\n", "vncpasswd=XXXXXX\n"),
        ("vncpasswd = '''ora\ncle'''\nvnc = 1", "vncpasswd = XXXXXX\nvnc = 1"),
        ("vncpasswd = (\n 'oracle')\nvnc = 1", "vncpasswd = XXXXXX\nvnc = 1"),
        (
            "vfb = ['type=vnc,vncpasswd=oracle,keymap=de']",
            "vfb = ['type=vnc,vncpasswd=XXXXXX,keymap=de']",
        ),
        ("vfb = ['type=vnc,vncpasswd=o\"r']", "vfb = ['type=vnc,vncpasswd=XXXXXX']"),
        ("vfb = ['vncpasswd=\"a\"b,c']\nvnc = 1", 'vfb = [\'vncpasswd="XXXXXX"\nvnc = 1'),
        ("vfb = [ 'vncpasswd=a]b' ]", "vfb = [ 'vncpasswd=XXXXXX' ]"),
        ("vfb = [{'vncpasswd': u'oracle'}]", "vfb = [{'vncpasswd': 'XXXXXX'}]"),
        ('{"vnc": {"passwd": "ora\\"cle"}}', '{"vnc": {"passwd": "XXXXXX"}}'),
        ('"password":\n  "oracle",\n"a": 1', '"password": "XXXXXX",\n"a": 1'),
        ('{"spice_password": 1234, "a": 1}', '{"spice_password": XXXXXX, "a": 1}'),
        ("Permission denied (publickey,password).", "Permission denied (publickey,password)."),
        ("root@ovm1's password: ", "root@ovm1's password: "),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_formats(text: str, shown: str) -> None:
    assert redact(text) == shown
    assert redact(shown) == shown


def test_no_recording_shows_its_password() -> None:
    secrets = [one for one in recordings() if "(vncpasswd oracle)" in one.stdout]
    assert len(secrets) >= 4
    for one in secrets:
        assert "oracle" not in redact(one.stdout).replace("us.oracle.com", "")


SECRET = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")), min_size=8)
KEY = st.sampled_from(["vncpasswd", "passwd", "password", "VNCPASSWD", "spice_password"])


@given(KEY, SECRET)
def test_a_secret_is_hidden_in_each_format(key: str, secret: str) -> None:
    assume(secret.strip() and secret not in f"{key}=before after XXXXXX")
    python = repr(secret)
    assert ast.literal_eval(python) == secret
    wholes = [
        (f"before = 1\n{key} = {python}\nafter = 1\n", secret),
        (f"x = [{{'{key}': {python}, 'after': 1}}]\n", secret),
        (json.dumps({"before": 1, key: secret, "after": [1]}, indent=4), secret),
        (f"(vfb (before 1) ({key} {python}) (after 1))", secret),
    ]
    if "," not in secret:
        # One that begins with a quote hides the rest of its line as well.
        plain = secret.replace("'", "x").replace("\\", "x").lstrip(' "uUbBrR')
        assume(len(plain) > 5 and plain not in "type=vnc,after")
        wholes.append((f"vfb = ['type=vnc,{key}={plain},after']", plain))
        wholes.append((f"vfb = ['type=vnc,{key}={plain}']\nafter = 1", plain))
    for whole, hidden in wholes:
        shown = redact(whole)
        assert hidden not in shown
        assert "after" in shown
        assert "before" in shown or "before" not in whole


@given(st.binary())
def test_no_bytes_make_it_raise(data: bytes) -> None:
    text = data.decode(errors="replace")
    redact(text)
    redact(f"vncpasswd{text}")
    redact(f"(vncpasswd {text}")


@pytest.mark.parametrize(
    "piece", ["passwd", "passwd=", "(passwd ", "'passwd='", "passwd = '", " ", "\\'", "(passwd='\""]
)
def test_a_flood_costs_no_more_than_its_length(piece: str) -> None:
    """The test's own time limit is the check: quadratic cost would take hours."""
    redact("passwd" + piece * (2_000_000 // len(piece)))
