"""Read files that were changed at random, until the time is up, and report each that the program takes badly.

    python -m fuzz --seconds 60 --seed 1 [--kinds xlsx,zip] [--inputs 1000000]
    python -m fuzz --seed 1 --only xlsx/4412      # one input again

A file must be read, not recognized, or rejected as `Unreadable`: no other exception, at most 1 second of processor time below 100 KB,
and at most 300 MB of memory. From time to time a snapshot of changed files is checked, and all reports are rendered from the stored result.
Failing inputs are saved in fuzz/corpus/KIND, which is tried first.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from random import Random

from fuzz.harness import Fault, limit_memory, try_checking, try_reading
from fuzz.mutators import MUTATORS, mutate
from fuzz.samples import Sample, samples

CORPUS = Path(__file__).parent / "corpus"
LARGEST_KEPT = 20_000
"""Maximum size of a failing input that is saved, in bytes: its seed gives a larger one again."""
ROUND = {
    "json": 20,
    "json-lines": 40,
    "qbxml": 20,
    "iif": 25,
    "csv": 5,
    "xlsx": 1,
    "zip": 4,
    "yaml": 15,
    "pasted": 40,
    "log": 1,
}
"""How many files of each kind are tried in turn, so that each kind gets about the same time."""
_CHECKS = 10
"""How often a snapshot is checked: once in this many rounds."""


def draw(seed: str, kind: str) -> Sample:
    """Return a changed file of a kind. The seed decides everything."""
    random = Random(seed)
    sample = random.choice(samples()[kind])
    return Sample(sample.name, mutate(random, kind, sample.data))


def from_corpus(folder: Path = CORPUS) -> Iterator[tuple[str, Sample]]:
    """Yield every saved input with its kind. Its name is the file's own after a digest and a hyphen."""
    for path in sorted(folder.glob("*/*")):
        yield path.parent.name, Sample(path.name.partition("-")[2], path.read_bytes())


def inputs(seed: str, kinds: Sequence[str]) -> Iterator[tuple[str, Sample, Fault | None]]:
    """Yield a name, a file and its fault without end, in rounds. Every `_CHECKS` rounds a snapshot is checked."""
    for turn in count():
        for kind in kinds:
            for number in range(turn * ROUND[kind], (turn + 1) * ROUND[kind]):
                name = f"{kind}/{number}"
                sample = draw(f"{seed}/{name}", kind)
                yield name, sample, try_reading(sample)
        if turn % _CHECKS == 0:
            name = f"check/{turn}"
            yield name, Sample(name, b""), try_checking(snapshot(f"{seed}/{name}"))


def snapshot(seed: str) -> dict[str, Sample]:
    """Return a snapshot by kind of file: healthy files, and half of the time a changed one in place of one."""
    random = Random(seed)
    kinds = [kind for kind in MUTATORS if kind != "zip"]
    return {kind: draw(f"{seed}/{kind}", kind) if random.random() < 0.5 else samples()[kind][0] for kind in kinds}


def save(kind: str, sample: Sample) -> str:
    """Save a failing input, unless it is large, and return where it is."""
    if kind == "check" or len(sample.data) > LARGEST_KEPT:
        return "not saved"
    path = CORPUS / kind / f"{hashlib.sha256(sample.data).hexdigest()[:12]}-{sample.name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sample.data)
    return str(path)


class Report:
    """Prints faults and saves their files; a fault like an earlier one only counts."""

    def __init__(self) -> None:
        self.seen = Counter[str]()

    def add(self, name: str, sample: Sample, fault: Fault, *, keep: bool = True) -> None:
        """Add a fault of the input with this name. `keep`: its file isn't saved yet."""
        kind = name.partition("/")[0]
        like = repr((kind, fault.trace.strip().splitlines()[-3:-1]))
        self.seen[like] += 1
        if self.seen[like] == 1:
            where = save(kind, sample) if keep else sample.name
            print(f"{name}: {fault.what} ({where})\n{fault.trace}", flush=True)


def main() -> int:
    """Return 1 if there is any fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--inputs", type=int, default=sys.maxsize)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--kinds", default=",".join(MUTATORS))
    parser.add_argument("--only", help="try only the input with this name")
    args = parser.parse_args()
    report = Report()
    limit_memory()
    if args.only:
        seed, kind = f"{args.seed}/{args.only}", args.only.partition("/")[0]
        sample = Sample("", b"") if kind == "check" else draw(seed, kind)
        fault = try_checking(snapshot(seed)) if kind == "check" else try_reading(sample)
        if fault:
            report.add(args.only, sample, fault)
        return int(fault is not None)
    for kind, sample in from_corpus():
        fault = try_reading(sample)
        if fault:
            report.add(f"{kind}/corpus", sample, fault, keep=False)
    start, tried, checks = time.monotonic(), 0, 0
    for name, sample, fault in inputs(args.seed, args.kinds.split(",")):
        tried, checks = tried + 1, checks + name.startswith("check/")
        if fault:
            report.add(name, sample, fault)
        if tried >= args.inputs or time.monotonic() - start > args.seconds:
            break
    rate = tried / (time.monotonic() - start)
    print(f"seed {args.seed}: {tried - checks:,} files read and {checks:,} snapshots checked, {rate:,.0f} a second, "
          f"{report.seen.total():,} faults of {len(report.seen)} sorts")  # fmt: skip
    return int(bool(report.seen))


if __name__ == "__main__":
    sys.exit(main())
