"""How time and memory grow with the records, with the rules and with the findings: figures, a straight line through them, doublings."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.measure import ROOT, Command, check, in_turns, median, ratio
from benchmarks.parts import AT, Json, Work, plain, say

RECORDS = (4_900, 9_600, 18_900, 37_700, 75_100)
"""1, 2, 4, 8 and 16 blocks (snapshots.py), so that each is twice the one before."""
SHARES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Of the materials, those without an account for their cost."""
COPIES = (0, 1, 3)
"""How many copies of every shipped rule are judged beside them: once, twice, four times as many rules."""
FIXED = RECORDS[-1]
"""Records, where something else grows."""


@dataclass(frozen=True)
class Fit:
    """A straight line: least squares of the distances."""

    at_0: float
    each: float
    r2: float
    """How much of what varies the line explains: 1 is all."""


def fit(points: Sequence[tuple[float, float]]) -> Fit:
    """The line through the points, of which there are at least two with different places."""
    mean_x, mean_y = statistics.fmean(x for x, _ in points), statistics.fmean(y for _, y in points)
    each = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    at_0 = mean_y - each * mean_x
    spread = sum((y - mean_y) ** 2 for _, y in points)
    missed = sum((y - at_0 - each * x) ** 2 for x, y in points)
    return Fit(at_0, each, 1 - missed / spread if spread else 1.0)


def _grown(places: Mapping[str, int], commands: Mapping[str, Command], rounds: int) -> Json:
    """The medians of each command, the lines through them, and what each is of the one before, in the same round."""
    runs = plain(in_turns(commands, rounds))
    for name, some in runs.items():
        assert isinstance(some, list), f"{name} {some}"
    points = [(places[name], median(runs[name]), median(runs[name], 2)) for name in commands]
    return {
        "points": points,
        "time": asdict(fit([(x, seconds) for x, seconds, _ in points])),
        "memory": asdict(fit([(x, peak) for x, _, peak in points])),
        "doubling": [ratio(runs[after], runs[before]) for before, after in pairwise(commands)],
    }


def pack(folder: Path, copies: int) -> Path:
    """Write settings with packs of all shipped rules under other ids, `copies` times, and return the file."""
    rules = [file for file in sorted((ROOT / "rules").glob("*/*.yaml")) if file.parent.name != "inference"]
    for number in range(1, copies + 1):
        for file in rules:
            name = f"{file.stem}-again-{number}"
            text = re.sub(r"(?m)^id: .*$", f"id: {file.parent.name}/{name}", file.read_text("utf-8"), count=1)
            to = folder / file.parent.name / f"{name}.yaml"
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_text(text, encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder.with_suffix(".yaml")
    settings.write_text(json.dumps({"packs": [folder.name]} if copies else {}), encoding="utf-8")
    return settings


def measure(work: Work) -> Json:
    """What grows -> its figures."""
    report = ("-o", f"html:{work.report('report')}")

    def checked(folder: Path, phase: str, *words: str | Path) -> Command:
        # One process: where a second one begins to read is a step, no growth.
        return check(folder, AT, "--phase", phase, "--jobs", "1", *words, *report)

    say("growth, records")
    made = {str(size): work.snapshot(size) for size in RECORDS}
    records = _grown(
        {name: written["records"] for name, (_, written) in made.items()},
        {name: checked(folder, "after-export") for name, (folder, _) in made.items()},
        work.rounds,
    )
    say("growth, rules")
    folder, _ = work.snapshot(FIXED)
    shipped = sum(1 for file in (ROOT / "rules").glob("*/*.yaml") if file.parent.name != "inference")
    settings = {f"{copies + 1} times": pack(work.folder / f"pack-{copies}", copies) for copies in COPIES}
    rules = _grown(
        {f"{copies + 1} times": shipped * (copies + 1) for copies in COPIES},
        {name: checked(folder, "before-export", "--config", file) for name, file in settings.items()},
        work.rounds,
    )
    say("growth, findings")
    broken = {f"{share:.0%}": work.snapshot(FIXED, share) for share in SHARES}
    findings = _grown(
        {name: sum(len(written["planted"][rule]) for rule in ("items/cogs-account", "naming/lengths"))
         for name, (_, written) in broken.items()},
        {name: checked(folder, "before-export") for name, (folder, _) in broken.items()},
        work.rounds,
    )  # fmt: skip
    return {"records": records, "rules": rules, "findings": findings}
