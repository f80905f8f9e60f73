"""The words of the command line as a table: what follows each of them, and what does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ovmtui.plan.intent import Verb


@dataclass(frozen=True, slots=True)
class Word:
    """One command."""

    name: str
    usage: str
    help: str
    verb: Verb | None = None
    """Set for what is planned for a machine."""
    arguments: tuple[str, ...] = ()
    """What each of its arguments is: `vm`, `node`, `column`, `group`, `theme`, `switch`, ….

    The last one is its subject.
    """
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Options, with what their value is; an empty one has no value."""
    action: str = ""
    """Id of the main screen's action that it is."""
    needs_subject: bool = True


_ON = {"--on": "node"}
_TO = {"--to": "node"}
_FIRST = {"--freeze-first": ""}
_START = _ON | _FIRST | {"--ha": "", "--no-ha": ""}
_PAST = {
    "--pool": "pool",
    "--node": "node",
    "--verb": "verb",
    "--user": "name",
    "--outcome": "outcome",
    "--since": "time",
    "--until": "time",
    "--job": "job",
}
_VM = ("vm",)
_NODE = ("node",)
PLANNED: Mapping[str, Verb] = {
    verb.value.replace(" ", "-"): verb for verb in Verb if verb not in {Verb.SETUP, Verb.MEND}
}
"""What `plan` takes: the name of each verb."""
WORDS = (
    Word("start", "start VM [--on NODE] [--ha|--no-ha] [--freeze-first]", "start a machine",
         Verb.START, _VM, _START),
    Word("stop", "stop VM [--freeze-first]", "HA off, shutdown, wait", Verb.STOP, _VM, _FIRST),
    Word("migrate", "migrate VM --to NODE [--freeze-first]", "move it, live",
         Verb.MIGRATE, _VM, _TO | _FIRST),
    Word("reboot", "reboot VM [--freeze-first]", "and wait for it", Verb.REBOOT, _VM, _FIRST),
    Word("pause", "pause VM", "stop executing it", Verb.PAUSE, _VM),
    Word("unpause", "unpause VM [--freeze-first]", "let it go on", Verb.UNPAUSE, _VM, _FIRST),
    Word("ha", "ha on|off VM", "switch its HA", Verb.HA_ON, ("switch", "vm")),
    Word("mend-ha", "mend-ha VM", "switch HA to what is wanted", Verb.MEND_HA, _VM),
    Word("destroy", "destroy VM [--on NODE]", "cut its power", Verb.DESTROY, _VM, _ON),
    Word("repair", "repair VM [--on NODE]", "mend what is left over", Verb.REPAIR, _VM, _ON),
    Word("freeze", "freeze VM", "keep OpenSVC agents off it", Verb.FREEZE, _VM),
    Word("thaw", "thaw VM", "let OpenSVC agents act again", Verb.THAW, _VM),
    Word("reserve", "reserve VM", "take its SCSI reservations", Verb.RESERVE, _VM),
    Word("plan", "plan VERB VM [--to|--on NODE]", "show the plan of a verb, run nothing",
         arguments=("verb", "vm"), options=_TO | _ON),
    Word("evacuate", "evacuate NODE", "move every machine away", arguments=_NODE),
    Word("bring-back", "bring-back NODE", "bring them back", arguments=_NODE),
    Word("balance", "balance POOL", "moves that even it out", arguments=("pool",)),
    Word("setup", "setup NODE", "install and configure ovmcli", arguments=_NODE),
    Word("shell", "shell NODE", "log in to it", arguments=_NODE),
    Word("filter", "filter TEXT", "show some only", arguments=("text",), needs_subject=False),
    Word("sort", "sort COLUMN", "choose the order", arguments=("column",)),
    Word("group", "group BY", "node, pool, ha, state, none", arguments=("group",)),
    Word("theme", "theme NAME", "choose the colours", arguments=("theme",)),
    Word("history", "history [VM or words] [--since WHEN] [--verb VERB] [--job ID] …",
         "who did what", arguments=("text",), options=_PAST, needs_subject=False),
    Word("list", "list [--pool POOL]", "the machines", options={"--pool": "pool"}),
    Word("jobs", "jobs", "what runs or ran", action="page.jobs"),
    Word("nodes", "nodes", "the servers", action="page.nodes"),
    Word("alerts", "alerts", "what needs a look", action="page.alerts"),
    Word("check", "check", "whether all is there", action="page.check"),
    Word("columns", "columns", "choose the columns", action="view.columns"),
    Word("settings", "settings", "what can be chosen", action="page.settings"),
    Word("messages", "messages", "what was said", action="page.messages"),
    Word("sources", "sources", "where figures come from", action="page.sources"),
    Word("refresh", "refresh", "look at every node now", action="view.refresh"),
    Word("keys", "keys", "all keys", action="console.help"),
    Word("help", "help", "all keys", action="console.help"),
    Word("quit", "quit", "leave", action="console.quit"),
)  # fmt: skip

OUTSIDE: Mapping[str, str] = {
    "console": "this is the console",
    "demo": "it starts a simulated pool and a console of its own",
    "replay": "a recording is shown in a console of its own: ovmtui replay FILE",
    "maintenance": "m on the page of the nodes does it",
    "hostkey": "T on the page of the nodes shows the key in question",
    "completion": "it is for shells; here TAB completes",
    "config": "the configuration is read at the start: ovmtui config check, and start anew",
}
"""Commands of the shell that make no sense in a console that is open, with the reason."""

_PLANS = "the page of the plan is shown first, and "
_WITHOUT: Mapping[str, str] = {
    "--yes": f"{_PLANS}y runs it there",
    "--override": f"{_PLANS}o sets failing guards aside there",
    "--dry-run": f"{_PLANS}nothing runs before y",
    "--no-checks": f"{_PLANS}it runs the checks",
    "--parallel": f"{_PLANS}+ and - choose there how many run at a time",
    "--all": "one machine here; for several: mark them, and press the verb's key",
    "--force-after": "here the job asks when the guest takes too long",
    "--reconfigure": "for the shell: ovmtui setup NODE --reconfigure",
    "--json": "for the shell; on most pages c copies what they show",
    "--export": "for the shell: ovmtui history --export FILE.csv",
    "--commands": "for the shell; here Enter shows a job's commands",
    "--limit": "here m reads older jobs",
    "--pool": "this page shows every pool",
    "--ha": "the HA of each machine is asked for by itself here",
}


def without(word: Word, option: str) -> str:
    """Return why an option that the shell's command has is not there; empty for no such option."""
    if option == "--ha" and word.name != "list":
        return ""
    return _WITHOUT.get(option, "")
