"""The filter language: words, `field:value`, comparisons, `!` for not, `|` for or."""

from __future__ import annotations

import difflib
import functools
import operator
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm, VmState

Matcher = Callable[[Vm, Snapshot], bool]

_TOKEN = re.compile(r'\s*(?:(?P<bar>\|)|(?P<not>!*)(?P<text>(?!!)(?:[^\s|"]|"[^"]*"?)+))')
_COMPARISON = re.compile(r"(?P<field>[a-z%]+)(?P<sign><=|>=|<|>|=)(?P<value>.*)", re.IGNORECASE)
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
_MIB = {"": 1.0, "k": 1 / 1024, "m": 1.0, "g": 1024.0, "t": 1024.0**2}
"""What a size's unit is, in MiB; without one it is MiB, as in the tools' lists."""
_UNITS = {
    f"{unit}{rest}": mib
    for unit, mib in _MIB.items()
    for rest in (("", "b", "ib") if unit else ("",))
}
_FIGURE = re.compile(r"(?P<number>\d+(?:\.\d*)?|\.\d+)(?P<unit>[a-z%]*)", re.IGNORECASE)
_NUMBERS: dict[str, tuple[Callable[[Vm], float | None], dict[str, float], str]] = {
    "mem": (lambda vm: vm.memory_mib, _UNITS, "512M or 4G"),
    "cpu": (lambda vm: vm.cpu_percent, {"": 1.0, "%": 1.0}, "50 or 50%"),
    "vcpu": (lambda vm: vm.vcpus, {"": 1.0}, "2"),
}
"""Fields that are compared: how they are read, their units, and what can be typed."""
_TEXTS: dict[str, Callable[[Vm], tuple[str, ...]]] = {
    "name": lambda vm: (vm.name, vm.shown),
    "node": lambda vm: tuple(_places(vm.nodes)),
    "pool": lambda vm: (vm.key.pool,),
    "uuid": lambda vm: (vm.key.identity,),
    "service": lambda vm: (vm.service.name,) if vm.service else (),
    "env": lambda vm: (vm.service.environment or "",) if vm.service else (),
}
_KNOWN: dict[str, Callable[[Snapshot], Iterator[str]]] = {
    "node": lambda snapshot: _places(snapshot.nodes),
    "pool": lambda snapshot: (pool.name for pool in snapshot.pools),
    "service": lambda snapshot: (
        vm.service.name for vm in snapshot.vms.values() if vm.service is not None
    ),
    "env": lambda snapshot: (
        vm.service.environment or "" for vm in snapshot.vms.values() if vm.service is not None
    ),
}
"""What there is of a field: a whole name means that one alone, `ovm1` never `ovm10`."""
_DRIFT = "drift"
_STATES: dict[str, tuple[Callable[[Vm], set[str]], tuple[str, ...]]] = {
    "state": (lambda vm: {vm.state.value}, tuple(state.value for state in VmState)),
    "ha": (
        lambda vm: {vm.ha.state.value, _DRIFT} if vm.drifts else {vm.ha.state.value},
        (*(state.value for state in HaState), _DRIFT),
    ),
}
"""Fields of a few fixed values, with what they can be."""
FIELDS = (*_TEXTS, *_STATES)
"""Fields that are followed by a colon."""
NUMBERS = tuple(_NUMBERS)
"""Fields that are compared with a number."""
VALUES = {field: values for field, (_, values) in _STATES.items()}
"""What a field can be, where that is one of a few words."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Alternatives, each a list of conditions that all must hold."""

    alternatives: tuple[tuple[Matcher, ...], ...]

    def matches(self, vm: Vm, snapshot: Snapshot) -> bool:
        """Return whether the machine is to be seen. An empty filter shows everything."""
        return not self.alternatives or any(
            all(matcher(vm, snapshot) for matcher in alternative)
            for alternative in self.alternatives
        )


@dataclass(frozen=True, slots=True)
class FilterError:
    """Why a filter cannot be used."""

    message: str
    position: int
    """Index of the character where it goes wrong."""
    before: Filter = Filter(())
    """What stands before the mistake, which can be used."""


@functools.lru_cache(maxsize=8)
def parse(text: str) -> Filter | FilterError:
    """Read a filter; a wrong one says where and what would be right."""
    alternatives: list[list[Matcher]] = [[]]
    mistake = _read(text, alternatives)
    understood = Filter(tuple(tuple(part) for part in alternatives if part))
    return understood if mistake is None else replace(mistake, before=understood)


def _read(text: str, alternatives: list[list[Matcher]]) -> FilterError | None:
    """Add the conditions of `text` to `alternatives`, up to the first mistake."""
    position = 0
    while text[position:].strip():
        token = _TOKEN.match(text, position)
        if token is None:
            return FilterError("a word is missing after !", text.index("!", position))
        if token["bar"]:
            if not alternatives[-1]:
                return FilterError("nothing stands before |", token.start("bar"))
            alternatives.append([])
        else:
            found = _condition(token["text"], token.start("text"))
            if isinstance(found, FilterError):
                return found
            negated = len(token["not"]) % 2 == 1
            alternatives[-1].append(_negation(found) if negated else found)
        opened = _unclosed(token["text"] or "")
        if opened is not None:
            return FilterError(
                'the quotation mark is not closed: "…"', token.start("text") + opened
            )
        position = token.end()
    if len(alternatives) > 1 and not alternatives[-1]:
        return FilterError("nothing stands after |", max(0, len(text) - 1))
    return None


def _unclosed(text: str) -> int | None:
    """Return where a quotation mark begins that has no second one."""
    return text.rindex('"') if text.count('"') % 2 else None


def _negation(matcher: Matcher) -> Matcher:
    return lambda vm, snapshot: not matcher(vm, snapshot)


def _condition(text: str, position: int) -> Matcher | FilterError:
    if text.startswith('"'):
        return _word(text.strip('"'))
    comparison = _COMPARISON.fullmatch(text)
    if comparison and comparison["field"].lower() in _NUMBERS:
        return _number(comparison, position)
    field, colon, value = text.partition(":")
    if not colon:
        if comparison and not text.startswith(comparison["sign"]):
            return _unknown(comparison["field"], _NUMBERS, position)
        return _word(text.replace('"', ""))
    wanted, quoted = value.strip('"').lower(), value.startswith('"')
    if field.lower() in _STATES:
        return _state(field, wanted, position + len(field) + 1)
    if field.lower() in _TEXTS:
        return _field(field.lower(), wanted, whole=quoted)
    return _unknown(field, FIELDS, position)


def _word(word: str) -> Matcher:
    wanted = word.lower()

    def matches(vm: Vm, snapshot: Snapshot) -> bool:
        texts = (vm.name, vm.shown, vm.key.pool, *(node.name for node in vm.nodes))
        return any(wanted in text.lower() for text in texts)

    return matches


def _field(field: str, wanted: str, *, whole: bool) -> Matcher:
    """Return whether a value has `wanted` in it, or is it where that is a whole name."""
    read, known = _TEXTS[field], _KNOWN.get(field)

    last: list[tuple[Snapshot, bool]] = []

    def exactly(snapshot: Snapshot) -> bool:
        # Asked for each machine, and the same for all of one snapshot.
        if not last or last[0][0] is not snapshot:
            named = known is not None and any(name.lower() == wanted for name in known(snapshot))
            last[:] = [(snapshot, whole or named)]
        return last[0][1]

    def matches(vm: Vm, snapshot: Snapshot) -> bool:
        values = [value.lower() for value in read(vm)]
        if exactly(snapshot):
            return wanted in values
        # A part of a name means no pool's: only who types the slash does.
        return any(wanted in value for value in values if "/" in wanted or "/" not in value)

    return matches


def _places(nodes: Iterable[NodeKey]) -> Iterator[str]:
    """Yield each node's name, and its name with its pool's."""
    for node in nodes:
        yield node.name
        yield f"{node.pool}/{node.name}"


def only_on(node: NodeKey, snapshot: Snapshot) -> str:
    """Return the filter that shows the machines of `node`, and of no namesake elsewhere."""
    namesakes = sum(other.name == node.name for other in snapshot.nodes)
    return f"node:{node.name}" if namesakes == 1 else f"node:{node.pool}/{node.name}"


def _state(field: str, wanted: str, position: int) -> Matcher | FilterError:
    """Return whether a state begins with `wanted`: `down` is not `shutdown`."""
    read, states = _STATES[field.lower()]
    fitting = {
        state
        for state in states
        if any(begin.startswith(wanted) for begin in (state, *state.split()))
    }
    if not fitting:
        return FilterError(f"{field} is one of {', '.join(states)}", position)
    return lambda vm, snapshot: not fitting.isdisjoint(read(vm))


def _number(comparison: re.Match[str], position: int) -> Matcher | FilterError:
    compare = _SIGNS[comparison["sign"]]
    read, units, usual = _NUMBERS[comparison["field"].lower()]
    figure = _FIGURE.fullmatch(comparison["value"])
    if figure is None or figure["unit"].lower() not in units:
        at = position + comparison.start("value")
        return FilterError(f"{comparison['field']} is compared with a number, such as {usual}", at)
    wanted = float(figure["number"]) * units[figure["unit"].lower()]

    def matches(vm: Vm, snapshot: Snapshot) -> bool:
        value = read(vm)
        return value is not None and compare(value, wanted)

    return matches


def _unknown(field: str, known: Collection[str], position: int) -> FilterError:
    near = difflib.get_close_matches(field.lower(), known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    return FilterError(f"{field} is no field: {hint}", position)
