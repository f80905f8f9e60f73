from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.domain import Domain, DomainState, Transit
from ovmtui.toolstacks.states import state_of
from ovmtui.toolstacks.xm import parse_list
from tests.toolstacks.recorded import Recorded, recorded, recordings

XM_HEADER = "Name                                        ID   Mem VCPUs      State   Time(s)\n"
XL_HEADER = "Name                                        ID   Mem VCPUs\tState\tTime(s)\n"
TABLES = [
    one
    for one in recordings()
    if one.is_table and not one.command.endswith("xm list -v") and one.stdout
]


def domains_of(text: str) -> tuple[Domain, ...]:
    parsed = parse_list(text)
    assert parsed.value is not None
    assert parsed.notes == ()
    return parsed.value


@pytest.mark.parametrize("one", TABLES, ids=lambda one: f"{one.version} {one.command}")
def test_every_recorded_row_is_read(one: Recorded) -> None:
    rows = one.stdout.rstrip("\n").split("\n")[1:]
    domains = domains_of(one.stdout)
    assert [domain.name for domain in domains] == [row.split()[0] for row in rows]
    assert all(domain.state is not DomainState.UNKNOWN for domain in domains)


def test_there_are_recordings_of_every_version() -> None:
    versions = {one.version for one in TABLES}
    assert versions == {"xm-3.4", "xm-4.1", "xm-4.4", "xl-4.17"}
    assert len(TABLES) > 50


def test_tables_inside_longer_recordings_are_read() -> None:
    """A migration's transcript shows listings in the midst of other output."""
    table = re.compile(r"^Name +ID   Mem .*\n((?:[^- ]\S* .*\d\.\d\n)*)", re.MULTILINE)
    rows = 0
    for one in recordings():
        for found in table.finditer(one.stdout):
            rows += found[1].count("\n")
            assert len(domains_of(found[0])) == found[1].count("\n")
    assert rows > 250


def test_the_first_listing_is_read_field_by_field() -> None:
    domains = {d.name: d for d in domains_of(recorded("xm-3.4/list", "xm list").stdout)}
    assert domains["ovmguest1"] == Domain(
        name="ovmguest1",
        domid=2,
        state=DomainState.RUNNING,
        memory_mib=1024,
        vcpus=1,
        cpu_seconds=2.1,
        letters="-b----",
    )
    assert domains["managed1"].domid is None
    assert domains["managed1"].state is DomainState.HALTED
    assert domains["managed1"].memory_mib == 256
    assert domains["paused1"].state is DomainState.PAUSED
    assert domains["Domain-0"].is_domain_zero
    long_name = "web_frontend_with_a_really_long_name_that_overflows_the_column"
    assert domains[long_name].domid == 10


def test_a_migration_seen_from_its_source_and_its_target() -> None:
    source = XM_HEADER + "migrating-v      2  1024     1     -b----      0.8\n"
    target = XL_HEADER + "v--incoming      7     0     0     --p---       0.0\n"
    (leaving,) = domains_of(source)
    (coming,) = domains_of(target)
    assert (leaving.plain_name, leaving.transit) == ("v", Transit.OUTGOING)
    assert (coming.plain_name, coming.transit) == ("v", Transit.INCOMING)
    assert coming.state is DomainState.PAUSED


def test_two_domains_of_one_name_stay_two() -> None:
    table = XM_HEADER + "v  5  1024  1  -b----  1.4\nv  6  1024  1  -b----  0.1\n"
    assert [domain.domid for domain in domains_of(table)] == [5, 6]


@pytest.mark.parametrize(
    ("letters", "state"),
    [
        ("r-----", DomainState.RUNNING),
        ("-b----", DomainState.RUNNING),
        ("------", DomainState.RUNNING),
        ("--p---", DomainState.PAUSED),
        ("-bp---", DomainState.PAUSED),
        ("---s--", DomainState.SHUTDOWN),
        ("--ps--", DomainState.SHUTDOWN),
        ("--pss-", DomainState.SUSPENDED),
        ("---sr-", DomainState.SHUTDOWN),
        ("---sw-", DomainState.SHUTDOWN),
        ("---s?-", DomainState.SHUTDOWN),
        ("---sc-", DomainState.CRASHED),
        ("----c-", DomainState.CRASHED),
        ("--p--d", DomainState.DYING),
        ("---scd", DomainState.DYING),
    ],
)
def test_state_letters(letters: str, state: DomainState) -> None:
    (domain,) = domains_of(f"{XL_HEADER}v  5  1024  1  {letters}  1.4\n")
    assert (domain.state, domain.letters) == (state, letters)


@pytest.mark.parametrize("letters", ["", "r", "b-----", "----r-", "-b-----", "RBPSCD", "??????"])
def test_letters_that_mean_nothing_are_no_state(letters: str) -> None:
    assert state_of(letters) is None


def test_a_domain_with_an_unknown_state_is_listed_and_noted() -> None:
    parsed = parse_list(f"{XM_HEADER}v  5  1024  1  zzzzzz  1.4\nw  6  1024  1  0.4\n")
    assert parsed.value is not None
    assert [(d.name, d.domid, d.state) for d in parsed.value] == [
        ("v", 5, DomainState.UNKNOWN),
        ("w", 6, DomainState.UNKNOWN),
    ]
    assert len(parsed.notes) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "Error: Unable to connect to xend: Connection refused. Is xend running?\n",
        "ovmguest1  2  1024  1  -b----  2.1\n",
        recorded("xm-3.4/info-uptime-vcpu", "xm vcpu-list").stdout,
        recorded("xm-3.4/info-uptime-vcpu", "xm uptime").stdout,
        recorded("xm-3.4/list", "xm list -z").stdout,
        XM_HEADER[:40],
    ],
)
def test_what_is_no_listing_is_not_an_empty_node(text: str) -> None:
    parsed = parse_list(text)
    assert parsed.value is None
    assert parsed.notes


def test_an_empty_listing_is_an_empty_listing() -> None:
    assert parse_list(XM_HEADER).value == ()


def test_a_banner_before_the_listing_is_none_of_it() -> None:
    banner = "You are logged in to production!\n"
    (domain,) = domains_of(f"{banner}{XM_HEADER}v  5  1024  1  -b----  1.4\r\n")
    assert domain.name == "v"


@pytest.mark.parametrize(
    "row",
    [
        "v  5  1024  1  -b----",
        "v  5  1024",
        "v",
        "5  1024  1  -b----  1.4",
        "v  5  1024  1  -b----  1.",
        "v  x  1024  1  -b----  1.4",
        "v  ٥  1024  1  -b----  1.4",
        "v  5  1024  1  -b----  " + "9" * 5000 + ".1",
        "x" * 5000 + "  5  1024  1  -b----  1.4",
    ],
)
def test_a_row_that_does_not_fit_is_noted_and_hides_no_other(row: str) -> None:
    parsed = parse_list(f"{XM_HEADER}{row}\nw  6  1024  1  -b----  0.4\n")
    assert parsed.value is not None
    assert [domain.name for domain in parsed.value] == ["w"]
    assert len(parsed.notes) == 1
    assert len(parsed.notes[0]) < 300


@pytest.mark.parametrize("name", ["my vm", "web 1", "v 1 1 0.5", "a 7 512 1 -b---- 9.9", "x\ty"])
def test_a_name_with_blanks_never_reads_as_a_halted_or_other_domain(name: str) -> None:
    (domain,) = domains_of(f"{XL_HEADER}{name}   5  1024  2  -b----  1.4\n")
    assert (domain.name, domain.domid, domain.vcpus) == (name, 5, 2)
    assert domain.state is DomainState.RUNNING


def test_controls_in_a_note_are_visible() -> None:
    parsed = parse_list(f"{XM_HEADER}\x1b[2Jgone\n")
    assert parsed.notes
    assert "\x1b" not in parsed.notes[0]


def test_a_flood_of_garbage_gives_few_notes() -> None:
    assert len(parse_list(XM_HEADER + "garbage\n" * 10_000).notes) < 100


NAMES = st.text(st.sampled_from("abcXYZ019_-.:/+"), min_size=1, max_size=70)
LETTERS = st.tuples(*(st.sampled_from(pair) for pair in ("r-", "b-", "p-", "s-", "c-", "d-"))).map(
    "".join
)


@st.composite
def rows(draw: st.DrawFn) -> Domain:
    managed = draw(st.booleans())
    letters = "" if managed else draw(LETTERS)
    state = DomainState.HALTED if managed else state_of(letters)
    assert state is not None
    return Domain(
        name=draw(NAMES),
        domid=None if managed else draw(st.integers(0, 65_535)),
        state=state,
        memory_mib=draw(st.integers(0, 999_999)),
        vcpus=draw(st.integers(0, 128)),
        cpu_seconds=draw(st.integers(0, 10**9)) / 10,
        letters=letters,
    )


def as_xm_prints(domain: Domain) -> str:
    domid = "" if domain.domid is None else domain.domid
    return (
        f"{domain.name:<40} {domid!s:>5} {domain.memory_mib:>5} {domain.vcpus:>5} "
        f"{domain.letters:>10} {domain.cpu_seconds:>8.1f}\n"
    )


@given(st.lists(rows()))
def test_what_xm_prints_is_what_is_read(domains: list[Domain]) -> None:
    assert domains_of(XM_HEADER + "".join(map(as_xm_prints, domains))) == tuple(domains)


@given(st.binary())
def test_no_bytes_make_it_raise(data: bytes) -> None:
    text = data.decode(errors="replace")
    parse_list(text)
    parsed = parse_list(XM_HEADER + text)
    assert parsed.value is not None


@given(st.text(st.characters(exclude_characters="\n"), max_size=200))
def test_a_row_is_read_or_noted_but_never_dropped(row: str) -> None:
    parsed = parse_list(f"{XM_HEADER}{row}\n")
    assert parsed.value is not None
    if row.strip(" \t\r") and row.strip():
        assert len(parsed.value) == 1 or parsed.notes
