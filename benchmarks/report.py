"""Writes RESULTS.md: each goal with its figure, reached or not, and the tables with all measurements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks import peering
from benchmarks.measure import median, ratio
from benchmarks.parts import Json

MB = 2**20


@dataclass(frozen=True)
class Row:
    """One goal."""

    what: str
    figure: str
    goal: str
    reached: bool | None
    """None if it was not measured, or if there is nothing to compare with: a peer that can't do it at all."""

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the row in the table."""
        no_answer = "no comparison" if self.figure else "not measured"
        return self.what, self.figure, self.goal, {True: "yes", False: "**no**", None: no_answer}[self.reached]


def at_most(what: str, figure: float | None, most: float, form: str = ".2f") -> Row:
    """Return a goal that is reached if the figure is at most `most`."""
    if figure is None:
        return Row(what, "", f"at most {most:g}", None)
    return Row(what, f"{figure:{form}}", f"at most {most:g}", figure <= most)


def below(what: str, figure: float | None, limit: float, form: str = ".2f") -> Row:
    """Return a goal that is reached if the figure is below `limit`."""
    if figure is None:
        return Row(what, "", f"below {limit:g}", None)
    return Row(what, f"{figure:{form}}", f"below {limit:g}", figure < limit)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _ran(runs: object) -> bool:
    return isinstance(runs, list) and bool(runs)


# -- the goals


def goals(results: Json) -> list[Row]:
    """Return every goal with its measured figure."""
    parts = {name: part["found"] for name, part in results.items()}
    return [
        *_whole_goals(parts.get("floors", {})),
        *_peer_goals(parts.get("peers", {})),
        *_startup_goals(parts.get("startup", {})),
        *_growth_goals(parts.get("growth", {})),
        *_shape_goals(parts.get("shapes", {})),
    ]


def _whole_goals(found: Json) -> Iterator[Row]:
    for size in ("large", "very-large"):
        runs = found.get(size, {}).get("runs", {})
        for phase in ("after-export", "before-export"):
            figure = ratio(runs[phase], runs["loop"]) if _ran(runs.get(phase)) and _ran(runs.get("loop")) else None
            yield at_most(f"{size}, one process, {phase}: the complete check compared with the hand-written loop", figure, 1.3)
        two = runs.get("two processes")
        figure = ratio(two, runs["loop"]) if _ran(two) and _ran(runs.get("loop")) else None
        yield below(f"{size}, two processes reading: the complete check compared with the hand-written loop", figure, 1)
    for size in ("small", "large", "very-large"):
        one = found.get(size, {})
        peaks = [
            median(one["runs"][name], 2) for name in ("after-export", "before-export") if _ran(one.get("runs", {}).get(name))
        ]
        if size != "small":
            figure = max(peaks) / one["size"] if peaks else None
            yield at_most(f"{size}: peak memory compared with the size of the files", figure, 2.5)
        agree = one.get("agree")
        agreement = (
            ""
            if agree is None
            else "all"
            if all(agree.values())
            else f"not {', '.join(r for r, yes in agree.items() if not yes)}"
        )
        yield Row(
            f"{size}: findings equal those of the plain evaluation",
            agreement,
            "all",
            None if agree is None else all(agree.values()),
        )


def _peer_goals(found: Json) -> Iterator[Row]:
    for size, one in found.items():
        for name, peer in one["peers"].items():
            runs, own, what = peer["runs"], one["own"], f"{size}: faster than {name}"
            if _ran(runs) and _ran(own):
                figure = ratio(runs, own)
                yield Row(what, f"{figure:.2f} times as fast", "faster", figure > 1)
            elif _ran(own) and isinstance(runs, str):
                yield Row(what, f"the peer {runs}", "faster", True if "seconds" in runs else None)
            else:
                yield Row(what, "", "faster", None)


def _startup_goals(found: Json) -> Iterator[Row]:
    runs = found.get("runs", {})
    for name, other, what in (
        ("version", "click", '`--version` compared with `python -c "import click"`'),
        ("check", "libraries", "the check of the small example compared with importing its libraries"),
    ):
        figure = ratio(runs[name], runs[other]) if _ran(runs.get(name)) and _ran(runs.get(other)) else None
        yield at_most(what, figure, 1.5)


def _growth_goals(found: Json) -> Iterator[Row]:
    rules, records = found.get("rules"), found.get("records")
    figure = rules["doubling"][0] if rules else None
    yield below("doubling the rules: total time compared with before", figure, 1.25)
    figure = max(records["doubling"]) if records else None
    yield at_most("doubling the records: total time compared with before, worst case", figure, 2)
    fit = records["memory"] if records else None
    yield Row(
        "peak memory grows in a straight line with the records",
        f"r² {fit['r2']:.4f}" if fit else "",
        "r² at least 0.99",
        fit["r2"] >= 0.99 if fit else None,
    )


def _shape_goals(found: Json) -> Iterator[Row]:
    worst = {name: max(one["doubling"]) for name, one in found.items()}
    for name, figure in worst.items() or (("odd shapes", None),):
        yield at_most(f"{name}: CPU time when its size doubles, worst case", figure, 2.2)


# -- the tables


def _whole_tables(found: Json) -> Iterator[str]:
    for size, one in found.items():
        yield f"### {size}: {one['records']:,} records, {one['size'] / 1e6:,.0f} MB ({one['date']}, {one['rounds']} rounds)\n\n"
        runs = one["runs"]
        rows = []
        for name, some in runs.items():
            if not _ran(some):
                rows.append([name, str(some), "", "", "", ""])
                continue
            against = [
                f"{ratio(some, runs[floor]):.2f}" if _ran(runs.get(floor)) else "" for floor in ("parse", "loop", "loop-json")
            ]
            rows.append(
                [
                    name,
                    *against,
                    f"{median(some, 2) / one['size']:.2f}",
                    f"{median(some):.2f} s, {median(some, 2) / MB:,.0f} MB",
                ]
            )
        yield _table(["", "vs. parse", "vs. loop", "vs. loop-json", "peak vs. files", "order of magnitude"], rows)
        found_rules = ", ".join(f"{rule}: {count}" for rule, count in one["findings"].items())
        yield f"\nFindings of the plain evaluation: {found_rules}. "
        yield f"The program agrees on {sum(one['agree'].values())} of {len(one['agree'])} rules.\n\n"


def _peer_tables(found: Json) -> Iterator[str]:
    for size, one in found.items():
        yield f"### {size}: {one['records']:,} records ({one['date']}, {one['rounds']} rounds)\n\n"
        own = one["own"]
        every = {
            "`exportready check --select`": (own, one["agree"]),
            "`exportready check`, every rule and every file": (one["whole"], {}),
        }
        every |= {name: (peer["runs"], peer["agree"]) for name, peer in one["peers"].items()}
        rows = []
        for name, (runs, agree) in every.items():
            if _ran(runs):
                rows.append([name, f"{ratio(runs, own):.2f}" if _ran(own) else "", _order(runs), _agrees(agree)])
            else:
                rows.append([name, str(runs) or "not run", "", ""])
        yield _table(["", "seconds vs. --select", "order of magnitude", "findings agree"], rows) + "\n"


def _order(runs: Sequence[Sequence[float]]) -> str:
    """Return seconds and memory, for the order of magnitude."""
    return f"{median(runs):.2f} s, {median(runs, 2) / MB:,.0f} MB"


def _agrees(agree: Mapping[str, bool]) -> str:
    wrong = [rule for rule, yes in agree.items() if not yes]
    return "**no**: " + ", ".join(wrong) if wrong else "yes" if agree else ""


def _startup_tables(found: Json) -> Iterator[str]:
    runs = found["runs"]
    rows = [[found["words"][name], f"{median(some):.3f} s" if _ran(some) else str(some)] for name, some in runs.items()]
    yield _table(["", "order of magnitude"], rows) + "\n"


def _growth_tables(found: Json) -> Iterator[str]:
    for name, one in found.items():
        yield f"### {name}\n\n"
        rows = [[f"{x:,}", f"{y:.2f} s", f"{peak / MB:,.0f} MB"] for x, y, peak in one["points"]]
        yield _table([name, "seconds", "peak"], rows)
        for what, unit, scale in (("time", "s", 1.0), ("memory", "MB", float(MB))):
            fit = one[what]
            base, each = fit["at_0"] / scale, fit["each"] / scale * 1000
            yield f"\nFit of the {what}: {base:.3f} {unit} + {each:.4f} {unit} for each 1,000 {name}, r² {fit['r2']:.4f}.\n"
        yield f"\nDoubling: {', '.join(f'{figure:.2f}' for figure in one['doubling'])} times the time.\n\n"


_DOUBLINGS = ("first doubling", "second", "third", "fourth")


def _shape_tables(found: Json) -> Iterator[str]:
    rows = []
    for name, one in found.items():
        order = f"{one['seconds'][-1]:.2f} s, {one['peaks'][-1] / MB:,.0f} MB"
        factors = [f"{factor:.2f}" for factor in one["doubling"]]
        rows.append([name, f"{one['sizes'][0]:,} to {one['sizes'][-1]:,}", *factors, order])
    yield _table(["", "sizes", *_DOUBLINGS, "order of magnitude, largest"], rows) + "\n"


_TABLES = {
    "floors": _whole_tables,
    "peers": _peer_tables,
    "startup": _startup_tables,
    "growth": _growth_tables,
    "shapes": _shape_tables,
}
_TITLES = {
    "floors": "The complete check compared with reading alone",
    "peers": "Other tools, with the same two rules and the same files",
    "startup": "Start-up",
    "growth": "Growth",
    "shapes": "Odd shapes",
}
_WORDS = {
    "floors": (
        "`parse` only parses the files with the fastest parsers (lxml's iterparse and clear, orjson) and keeps nothing. `loop` is a "
        "hand-written loop that reads the fields that the rules use, with lines and places, and keeps them. `loop-json` is the same with "
        "the JSON parser of the standard library. The checks are complete commands: reading, checking, key issues, the tie-out after "
        "the export, the HTML report. The peak is the memory of the largest process.\n\n"
    ),
    "peers": (
        "Each tool runs in its own process, reads the files that items/cogs-account and naming/lengths need, and checks these two rules. "
        "`--select` is ExportReady with the same two rules on the same files, including everything else it does (places, key "
        "issues, the result as JSON). The row after it is the check of the complete snapshot with every rule. A tool that takes "
        f"longer than {peering.SECONDS} seconds, or uses more than {peering.MEMORY / 2**30:.0f} GB, is stopped.\n\n"
    ),
    "startup": "Each command runs in its own process.\n\n",
    "growth": (
        "The complete check with its report, in one process: after the export for more records, before it for more rules (packs with "
        "copies of the shipped ones) and findings. Medians; the fit uses least squares; the doubling uses the runs of one round.\n\n"
    ),
    "shapes": (
        "The complete check with its report, in one process, of accounts in which one thing is large (shapes.py): how many times the CPU "
        "seconds, less those of the small example, for each doubling. A step that compares everything with everything would show 4.\n\n"
    ),
}


def text(results: Json, notes: str = "") -> str:
    """Return the complete file. `notes` is the hand-written end of the previous file, such as the profile."""
    pieces = ["# Speed and size, measured\n\n"]
    pieces.append(
        "Written by `make bench`. Figures are ratios of runs in the same round: the commands take turns, each in its own process. Medians. "
        "Seconds and megabytes show only the order of magnitude, on one machine.\n\n"
    )
    rows = goals(results)
    missed = [row for row in rows if row.reached is False]
    open_goals = [row for row in rows if row.reached is None]
    reached = sum(row.reached is True for row in rows)
    pieces.append(
        f"Reached: {reached} of {len(rows)} goals; not reached: {len(missed)}; not measured or not comparable: {len(open_goals)}.\n\n"
    )
    pieces.append(_table(["goal", "measured", "target", "reached"], [row.cells() for row in rows]) + "\n")
    for name, part in results.items():
        pieces.append(
            f"## {_TITLES[name]}\n\nLast measured {part['date']}, {part['rounds']} rounds; {part['machine']}; {part['versions']}.\n\n"
        )
        pieces.append(_WORDS[name])
        pieces += _TABLES[name](part["found"])
    return "".join(pieces).rstrip("\n") + "\n" + (f"\n{notes}" if notes else "")
