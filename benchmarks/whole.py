"""The whole check against what reading alone costs, and what it finds against a plain evaluation."""

from __future__ import annotations

import json

from benchmarks.measure import Command, check, exportready, in_turns, python, run
from benchmarks.parts import AT, PHASES, SIZES, Json, Work, found_by, plain, say

FLOORS = ("parse", "loop", "loop-json")


def measure(work: Work) -> Json:
    """Size -> what is in the snapshot, the runs of each command, and whether the findings agree."""
    found: Json = {}
    has_jobs = "--jobs" in run(exportready("check", "--help")).output
    one_process = ("--jobs", "1") if has_jobs else ()
    for size in work.sizes:
        folder, written = work.snapshot(SIZES[size])
        say(f"whole check, {size}: {written['records']} records, {written['size'] / 1e6:.0f} MB")
        report = ("-o", f"html:{work.report('report')}")
        commands = {name: Command(python("-m", "benchmarks.floors", name, folder)) for name in FLOORS}
        commands["after-export"] = check(folder, AT, "--phase", "after-export", *one_process, *report)
        commands["before-export"] = check(folder, AT, "--phase", "before-export", *one_process, *report)
        if has_jobs:
            commands["two processes"] = check(folder, AT, "--phase", "after-export", "--jobs", "2", *report)
        runs = plain(in_turns(commands, work.rounds))
        reference = run(Command(python("-m", "benchmarks.reference", folder)))
        assert not reference.failed, reference.failed
        expected = json.loads(reference.output)
        told = found_by(work, folder, tuple(PHASES))
        found[size] = {
            "records": written["records"],
            "size": written["size"],
            "runs": runs,
            "findings": {rule: len(keys) for rule, keys in expected.items()},
            "planted": {rule: len(keys) for rule, keys in written["planted"].items()},
            "agree": {rule: told.get(rule) == keys for rule, keys in expected.items()},
        }
    return found
