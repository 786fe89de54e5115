"""The same two rules by other engines, on the same files: how long each takes, reading included, and whether it finds the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.measure import ROOT, Command, Run, check, in_turns, python, run
from benchmarks.parts import AT, SIZES, Json, Work, found_by, plain, say

RULES = ("items/cogs-account", "naming/lengths")
SECONDS, MEMORY = 600, 8 * 2**30
"""A peer that takes longer, or holds more, did not finish."""
HERE = ROOT / "benchmarks" / "peers"
NODE = "json-rules-engine (Node)"

PEERS: Mapping[str, Sequence[str]] = {
    "durable-rules, whole records as facts": python("-m", "benchmarks.peers.durable_facts"),
    "CLIPS (clipspy)": python("-m", "benchmarks.peers.clips_facts"),
    "pandera on polars": python("-m", "benchmarks.peers.pandera_polars"),
    NODE: ("node", str(HERE / "json_rules.mjs")),
    "Rego (regopy)": python("-m", "benchmarks.peers.rego"),
    "Great Expectations": python("-m", "benchmarks.peers.great"),
}


def peer(name: str, folder: Path) -> Command:
    """The command of a peer. What Node needs is installed beside this Python (Makefile)."""
    modules = (sys.prefix,) if name == NODE else ()
    return Command((*PEERS[name], str(folder), *modules), seconds=SECONDS, memory=MEMORY)


FILES = (
    "account.yaml",
    "quickbooks-lists.iif",
    *(f"servicetitan/{name}.json" for name in ("materials", "equipment", "services", "invoices", "payments", "credit-memos")),
)
"""The files that the rules need; the peers read no others, so the program is given no others either."""


def only_what_is_needed(folder: Path) -> Path:
    """A folder beside the snapshot with those of its files."""
    to = folder.with_name(f"{folder.name}-peers")
    for name in FILES:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        if not (to / name).exists():
            (to / name).hardlink_to(folder / name)
    return to


def findings(output: str) -> dict[str, list[str]]:
    """What a peer wrote; nothing where that is no answer."""
    try:
        found = json.loads(output)
    except ValueError:
        return {}
    return {rule: sorted(keys) for rule, keys in found.items()}


def _agrees(runs: Sequence[Run], expected: Mapping[str, Sequence[str]]) -> dict[str, bool]:
    told = [findings(one.output) for one in runs]
    return {rule: all(one.get(rule) == expected[rule] for one in told) for rule in RULES}


def measure(work: Work) -> Json:
    """Size -> the program's own runs, and each peer's with whether it finds the same."""
    found: Json = {}
    for size in work.sizes:
        folder, written = work.snapshot(SIZES[size])
        say(f"peers, {size}: {written['records']} records")
        reference = run(Command(python("-m", "benchmarks.reference", folder)))
        assert not reference.failed, reference.failed
        expected = findings(reference.output)
        chosen = [word for rule in RULES for word in ("--select", rule)]
        result = ("-o", f"json:{work.report('peers')}")
        same = only_what_is_needed(folder)
        commands = {"own": check(same, AT, *chosen, *result), "whole": check(folder, AT, *result)}
        commands |= {name: peer(name, same) for name in PEERS}
        runs = in_turns(commands, work.rounds)
        stored = plain(runs)
        own = found_by(work, same, RULES)
        found[size] = {
            "records": written["records"],
            "own": stored["own"],
            "whole": stored["whole"],
            "agree": {rule: own.get(rule) == expected[rule] for rule in RULES},
            "peers": {name: {"runs": stored[name], "agree": _agrees(runs[name], expected)} for name in PEERS},
        }
    return found
