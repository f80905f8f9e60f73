from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ovmtui.toolstacks.sexpression import MAX_DEPTH, Expression, read, value
from tests.toolstacks.recorded import recorded

ATOMS = st.text("abcXYZ019-_.:/ ()'\"\\\n\téß", max_size=12)
EXPRESSIONS = st.recursive(
    st.lists(ATOMS, max_size=4).map(tuple),
    lambda inner: st.lists(ATOMS | inner, max_size=4).map(tuple),
    max_leaves=20,
)


def written(expression: Expression) -> str:
    if isinstance(expression, str):
        return "'" + expression.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return "(" + " ".join(map(written, expression)) + ")"


@given(st.lists(EXPRESSIONS, max_size=4))
def test_what_is_written_is_what_is_read(expressions: list[Expression]) -> None:
    parsed = read("\n".join(map(written, expressions)))
    assert parsed.value == tuple(expressions)
    assert parsed.notes == ()


def test_escapes() -> None:
    assert read(r"""('a\tb\x41\102\\' "it's")""").value == (("a\tbAB\\", "it's"),)


def test_a_value_of_several_words_is_one_text() -> None:
    (domain,) = read("(linux (args root=/dev/xvda ro) (kernel ) (kernel2 ''))").value
    assert value(domain, "args") == "root=/dev/xvda ro"
    assert value(domain, "kernel") is None
    assert value(domain, "kernel2") is None
    assert value(domain, "absent") is None


def test_the_password_is_masked_in_what_is_read() -> None:
    text = recorded("xm-3.4/list-long", "xm list -l ovmguest1").stdout
    assert "oracle" in text
    parsed = read(text + "(vfb (VNCPASSWD 'a b') (password (x y)))")
    assert "oracle" not in repr(parsed)
    assert parsed.value[1] == ("vfb", ("VNCPASSWD", "XXXXXX"), ("password", "XXXXXX"))


def test_nesting_is_bounded_and_hides_no_other_list() -> None:
    deep = "(" * (MAX_DEPTH + 1) + ")" * (MAX_DEPTH + 1)
    parsed = read(f"(a) {deep} (b)")
    assert parsed.value == (("a",), ("b",))
    assert len(parsed.notes) == 1
    assert len(read("(" * MAX_DEPTH + ")" * MAX_DEPTH).value) == 1


def test_a_megabyte_of_nesting_is_read_in_no_deeper_stack() -> None:
    assert read("(" * 500_000 + ")" * 500_000).value == ()
