"""Loading the configuration: what is right works, and each mistake names its mend."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.color import Color

from ovmtui.config.load import find, load
from ovmtui.config.schema import COLOURS, Budgets, Intervals, Pool, Settings, Timeouts
from ovmtui.errors import ConfigurationError

EXAMPLE = Path(__file__).parents[2] / "config" / "ovmtui.example.toml"


def written(directory: Path, content: str | bytes) -> Path:
    """Return the path of a configuration with `content`."""
    path = directory / "ovmtui.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def complaint(directory: Path, content: str | bytes) -> str:
    """Return what is said about `content`, without the directory's name."""
    with pytest.raises(ConfigurationError) as caught:
        load(written(directory, content))
    return str(caught.value).replace(f"{directory}/", "")


# What is right


def test_the_example_loads_as_it_is() -> None:
    pool = load(EXAMPLE).pools["pool1"]
    assert [node.name for node in pool.members] == ["ovm1", "ovm2", "ovm3"]
    assert pool.members[1].host == "192.0.2.12"
    assert pool.vms["ovmguest1"].ha is True
    assert pool.manager is not None
    assert pool.manager.password_env == "OVM_PASSWORD"


def test_the_example_shows_every_key_and_the_true_defaults() -> None:
    # With the examples of keys that have no default uncommented, each key is there.
    text = EXAMPLE.read_text()
    keys = set(re.findall(r"^(?:# )?([a-z_]+) = ", text, re.MULTILINE))
    keys |= {"name", "host", "port", "relocation_host"} & set(re.findall(r"[a-z_]+", text))
    for struct in (Settings, Pool, Budgets, Intervals, Timeouts):
        fields = {field.name for field in msgspec.structs.fields(struct)}
        assert fields - {"pools", "vms", "budgets", "intervals", "timeouts", "manager"} <= keys
    loaded = load(EXAMPLE)
    assert loaded.intervals == Intervals()
    assert loaded.timeouts == Timeouts()
    assert loaded.theme == Settings().theme
    pool = loaded.pools["pool1"]
    assert pool.budgets == Budgets()
    assert pool.repositories == Pool(nodes=("ovm1",)).repositories


def test_nodes_may_be_an_array_of_tables(tmp_path: Path) -> None:
    text = '[[pools.a.nodes]]\nname = "x"\n[[pools.a.nodes]]\nname = "y"\nport = 23\n'
    members = load(written(tmp_path, text)).pools["a"].members
    assert [(node.name, node.port) for node in members] == [("x", None), ("y", 23)]


def test_a_byte_order_mark_is_harmless(tmp_path: Path) -> None:
    load(written(tmp_path, b'\xef\xbb\xbf[pools.a]\nnodes = ["x"]\n'))


def test_every_named_colour_can_be_painted() -> None:
    for colour in COLOURS:
        Color.parse(colour)


# Where it is found


def test_a_named_file_wins_and_must_exist(tmp_path: Path) -> None:
    here = written(tmp_path, "")
    assert find(str(here), {"OVMTUI_CONFIG": "/nowhere"}) == here
    assert find(None, {"OVMTUI_CONFIG": str(here)}) == here
    with pytest.raises(ConfigurationError, match="no such file, but --config names it"):
        find(str(tmp_path / "absent"), {})
    with pytest.raises(ConfigurationError, match=r"\$OVMTUI_CONFIG names it"):
        find(None, {"OVMTUI_CONFIG": str(tmp_path / "absent")})


def test_the_xdg_directory_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "system"))
    assert find(None, {}) is None
    (tmp_path / "ovmtui").mkdir()
    expected = written(tmp_path / "ovmtui", "")
    assert find(None, {}) == expected


# What is wrong

POOL = '[pools.pool1]\nnodes = ["ovm1", "ovm2"]\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[pools.pool1]\nnodes = [\n  "ovm1",\n  { name = "ovm2", prot = 22 },\n]\n',
            "ovmtui.toml:4: pools.pool1.nodes[1].prot: unknown key; did you mean `port`?",
        ),
        (
            '[pools.pool1]\nnodes = [{ name = "ovm1", port = "22" }]\n',
            "ovmtui.toml:2: pools.pool1.nodes[0].port: must be a whole number, not a string: "
            "write 22 without quotes",
        ),
        (
            '[pools.pool1]\nnodes = [{ name = "ovm1", port = 70000 }]\n',
            "ovmtui.toml:2: pools.pool1.nodes[0].port: must be at least 1 and at most 65535",
        ),
        (
            '[pools.pool1]\nnodes = "ovm1"\n',
            "ovmtui.toml:2: pools.pool1.nodes: must be an array, not a string: put it in "
            "brackets, `[…]`",
        ),
        (
            "[pools.pool1]\nlabel = 'x'\n",
            "ovmtui.toml:1: pools.pool1.nodes: is missing and has no default; add it",
        ),
        (
            "theme = 'x'\n[pools.pool1.manager]\nuser = 'x'\n",
            "ovmtui.toml:2: pools.pool1.nodes: is missing and has no default; add it",
        ),
        (
            POOL + 'production = "yes"\n',
            "ovmtui.toml:3: pools.pool1.production: must be true or false, not a string: write "
            "it without quotes",
        ),
        (
            POOL + "[intervals]\nrefresh = 0\n",
            "ovmtui.toml:4: intervals.refresh: must be at least 0.1 and at most 86400",
        ),
        (
            POOL + "[timeouts]\nconnect = nan\n",
            "ovmtui.toml:4: timeouts.connect: must be more than 0 and at most 31536000",
        ),
        (
            POOL + "[timeouts]\nconnect = 1979-05-27\n",
            "ovmtui.toml:4: timeouts.connect: must be a number, not a date or time",
        ),
        (
            POOL + 'colour = "grean"\n',
            "ovmtui.toml:3: pools.pool1.colour: unknown colour `grean`; did you mean `green`? "
            "(or `#rrggbb`)",
        ),
        (
            POOL + "[pools.pool1.manager]\npassword = 'tiger'\n",
            "ovmtui.toml:4: pools.pool1.manager.password: a password is never kept in this "
            "file; use `password_env`, `password_file`, `password_command`, `password_keyring` or "
            "`password_prompt`",
        ),
        (
            POOL + '[pools.pool1.manager]\nnode = "oovm1"\n',
            "ovmtui.toml:4: pools.pool1.manager.node: `oovm1` is no node of this pool; did you "
            "mean `ovm1`?",
        ),
        (
            POOL + "[pools.pool1.manager]\npassword_env = 'A'\npassword_command = ['b']\n",
            "ovmtui.toml:5: pools.pool1.manager.password_command: is a second source of the "
            "password; `password_env` is one",
        ),
        (
            POOL + "repositories = ['/OVS/*/vm.cfg', '*/vm.cfg']\n",
            "ovmtui.toml:3: pools.pool1.repositories[1]: must be an absolute path, with `*` "
            "where it varies: begin it with `/`",
        ),
        (
            POOL + "guest_address = '{vm}.example.com'\n",
            "ovmtui.toml:3: pools.pool1.guest_address: may hold `{name}` for the machine's name "
            "and no other braces: `{name}.example.com`",
        ),
        (
            POOL + "[pools.pool1.vms.migrating-web]\nha = true\n",
            "ovmtui.toml:3: pools.pool1.vms.migrating-web: is a name during a migration; use `web`",
        ),
        (
            POOL + "[pools.pool1.vms.'web ']\nha = true\n",
            'ovmtui.toml:3: pools.pool1.vms."web ": is no machine\'s name: use the one that '
            "`xm list` shows",
        ),
        (
            POOL + "[pools.pool1.vms.Domain-0]\nha = true\n",
            "ovmtui.toml:3: pools.pool1.vms.Domain-0: is the node's control domain; it has no "
            "settings",
        ),
        (
            "[pools.pool1]\nnodes = ['ovm1', 'ovm1']\n",
            "ovmtui.toml:2: pools.pool1.nodes[1]: `ovm1` is in this pool already; each name "
            "goes once",
        ),
        (
            POOL + "[pools.b]\nnodes = [{ name = 'other', host = 'OVM2', port = 22 }]\n",
            "ovmtui.toml:4: pools.b.nodes[0]: other is at ovm2:22, which is pool1/ovm2 already; "
            "keep one of the two",
        ),
        (
            "[pools.pool1]\nnodes = [{ name = 'a', host = 'root@a' }]\n",
            "ovmtui.toml:2: pools.pool1.nodes[0].host: must be the host alone; put what is "
            "before `@` into `user`",
        ),
        (
            "[pools.pool1]\nnodes = [{ name = 'a', host = 'a:22' }]\n",
            "ovmtui.toml:2: pools.pool1.nodes[0].host: must be the host alone; put what is "
            "behind `:` into `port`",
        ),
        (
            "[pools.pool1]\nnodes = ['-oProxyCommand=x']\n",
            "ovmtui.toml:2: pools.pool1.nodes[0]: `-oProxyCommand=x` is no name: use letters, "
            "digits, `_`, `-` and `.`, and begin with a letter, a digit or `_`",
        ),
        (
            "theme = 'x'\n",
            'ovmtui.toml: no pool is named; add `[pools.NAME]` with `nodes = ["HOST", …]`',
        ),
        (
            "known_hosts = 'known_hosts'\n" + POOL,
            "ovmtui.toml:1: known_hosts: must be an absolute path, or one that begins with `~/`",
        ),
        (
            "identities = ['/nowhere/id']\n" + POOL,
            "ovmtui.toml:1: identities[0]: there is no file `/nowhere/id`; mend the name or "
            "leave it out",
        ),
    ],
)
def test_a_mistake_names_place_reason_and_mend(tmp_path: Path, text: str, expected: str) -> None:
    assert complaint(tmp_path, text) == expected


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    told = complaint(
        tmp_path,
        "them = 'x'\n"
        "[pools.good]\nnodes = ['a', 'a']\n"
        "[pools.bad]\nnodes = []\nlable = 'x'\n"
        "[timeouts]\nlogin = true\nprobes = 3\n",
    )
    assert [line.split(": ")[:2] for line in told.splitlines()] == [
        ["ovmtui.toml:1", "them"],
        ["ovmtui.toml:3", "pools.good.nodes[1]"],
        ["ovmtui.toml:5", "pools.bad.nodes"],
        ["ovmtui.toml:6", "pools.bad.lable"],
        ["ovmtui.toml:8", "timeouts.login"],
        ["ovmtui.toml:9", "timeouts.probes"],
    ]


def test_thousands_of_mistakes_do_not_flood_the_screen(tmp_path: Path) -> None:
    text = "".join(f"key{number} = 1\n" for number in range(3000))
    lines = complaint(tmp_path, text + POOL).splitlines()
    assert len(lines) == 51
    assert lines[-1] == "ovmtui.toml: … and 2950 more mistakes"


def test_a_syntax_error_shows_line_and_column(tmp_path: Path) -> None:
    assert complaint(tmp_path, POOL + "\tcolour = red\n") == (
        "ovmtui.toml:3:11: not valid TOML: Invalid value\n        colour = red\n                 ^"
    )


def test_a_byte_that_is_not_utf8_is_pointed_at(tmp_path: Path) -> None:
    told = complaint(tmp_path, POOL.encode() + b"label = '\xe9t\xe9'\n")
    assert told == "ovmtui.toml:3:10: byte 0xe9 is not UTF-8; save the file as UTF-8"


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        load(tmp_path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(Path("nul\0name"))
    with pytest.raises(ConfigurationError, match="larger than 1024 KiB"):
        load(Path("/dev/zero"))


def test_the_terminal_is_never_obeyed(tmp_path: Path) -> None:
    for text in (POOL + 'colour = "\\u001b[31m"\n', '"\\u001b]0;x" = 1\n', "\x1b[2J = ("):
        assert "\x1b" not in complaint(tmp_path, text)


def test_a_password_file_must_be_private(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    text = POOL + f"[pools.pool1.manager]\npassword_file = '{secret}'\n"
    where = "ovmtui.toml:4: pools.pool1.manager.password_file: "
    assert complaint(tmp_path, text) == where + "cannot be read: No such file or directory"
    secret.write_text("tiger\n")
    secret.chmod(0o644)
    assert complaint(tmp_path, text) == (
        where + "has mode 0644, so that others may read it; run `chmod 600` on it"
    )
    for mode in (0o600, 0o400):
        secret.chmod(mode)
        assert load(written(tmp_path, text)).pools["pool1"].manager is not None


# Whatever the file holds

PIECES = EXAMPLE.read_text().splitlines(keepends=True)
NOISE = st.sampled_from(
    [
        "[",
        "]",
        "{",
        "}",
        '"',
        "'''",
        '"""',
        ",",
        "=",
        "\n",
        "nan",
        "-1",
        "9" * 5000,
        "\x00",
        "[[a]]",
    ]
)


def is_told_or_loaded(directory: Path, content: bytes) -> None:
    """Load `content`: nothing but settings or a sentence may come of it."""
    told = ""
    try:
        load(written(directory, content))
    except ConfigurationError as error:
        told = str(error)
    assert not told or told.startswith(str(directory))


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_told_about(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    is_told_or_loaded(tmp_path_factory.getbasetemp(), content)


@given(
    st.lists(st.sampled_from(PIECES) | NOISE, max_size=40),
    st.lists(st.tuples(st.integers(0, 4000), NOISE), max_size=3),
)
@settings(deadline=None, max_examples=200)
def test_any_mutation_of_the_example_is_told_about(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], noise: list[tuple[int, str]]
) -> None:
    directory = tmp_path_factory.getbasetemp()
    is_told_or_loaded(directory, "".join(parts).encode())
    text = EXAMPLE.read_text()
    for at, piece in noise:
        text = text[:at] + piece + text[at:]
    is_told_or_loaded(directory, text.encode())


@pytest.mark.parametrize("content", ["a = " + "[" * 5000, "a = " + "9" * 5000, "a." * 5000 + "a=1"])
def test_absurd_nesting_and_numbers_are_told_about(tmp_path: Path, content: str) -> None:
    assert complaint(tmp_path, content).startswith("ovmtui.toml: this is no configuration")


VALUES = st.recursive(
    st.booleans() | st.integers(-5, 70000) | st.text(max_size=5) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "host", "port", "x y"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = ["nodes", "manager", "vms", "budgets", "colour", "repositories", "guest_address", "label"]


@given(
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4),
    st.dictionaries(st.sampled_from(["pools", "timeouts", "identities", "theme"]), VALUES),
)
@settings(deadline=None)
def test_values_of_any_type_are_told_about(
    tmp_path_factory: pytest.TempPathFactory, pool: dict[str, object], rest: dict[str, object]
) -> None:
    document = {"pools": {"pool1": pool}} | rest
    content = _toml(document)
    assert tomli.loads(content) is not None
    is_told_or_loaded(tmp_path_factory.getbasetemp(), content.encode())


def _toml(document: dict[str, object]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in document.items())


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case str():
            return '"' + "".join(f"\\U{ord(character):08x}" for character in value) + '"'
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            pairs = (f"{_value(key)} = {_value(item)}" for key, item in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case _:
            raise AssertionError(value)
