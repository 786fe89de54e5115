"""Read files that were changed at random, until the time is up, and report each that the program takes badly.

    python -m fuzz --seconds 60 --seed 1 [--kinds xlsx,zip] [--inputs 1000000]
    python -m fuzz --seed 1 --only xlsx/4412      # one input again

A file must be read, not recognized, or refused as `Unreadable`: no other exception, at most 1 second of processor time below 100 KB, and at
most 300 MB of memory. Every 500th time, a snapshot of changed files is checked, and all reports are rendered from the stored result.
Failing inputs are saved in fuzz/corpus/KIND, which is tried first.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from fuzz.harness import Fault, try_checking, try_reading
from fuzz.mutators import MUTATORS, mutate
from fuzz.samples import Sample, samples

CORPUS = Path(__file__).parent / "corpus"
LARGEST_KEPT = 20_000
"""Maximum size of a failing input that is saved, in bytes: its seed gives a larger one again."""
_CHECKS = 500
"""How often a snapshot is checked: once in so many inputs."""


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
    """Yield a name, a file and its fault without end, kind by kind in turn."""
    number = 0
    while True:
        for kind in kinds:
            name = f"{kind}/{number}"
            sample = draw(f"{seed}/{name}", kind)
            yield name, sample, try_reading(sample)
        number += 1
        if number % (_CHECKS // len(MUTATORS)) == 0:
            random = Random(f"{seed}/check/{number}")
            changed = {kind: draw(f"{seed}/check/{number}", kind) for kind in kinds if random.random() < 0.5}
            healthy = {kind: held[0] for kind, held in samples().items() if kind != "zip"}
            fault = try_checking({**healthy, **{kind: one for kind, one in changed.items() if kind != "zip"}})
            yield f"check/{number}", Sample("", b""), fault


def save(kind: str, sample: Sample) -> str:
    """Save a failing input, unless it is large, and return where it is."""
    if not sample.name or len(sample.data) > LARGEST_KEPT:
        return "not saved"
    path = CORPUS / kind / f"{hashlib.sha256(sample.data).hexdigest()[:12]}-{sample.name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sample.data)
    return str(path)


def report(name: str, fault: Fault, seen: Counter[str], where: str) -> None:
    """Print a fault; one like an earlier one only counts."""
    like = fault.trace.strip().splitlines()[-3:-1] or fault.what.split()[1:2]
    seen[repr(like)] += 1
    if seen[repr(like)] == 1:
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
    seen = Counter[str]()
    if args.only:
        kind = args.only.partition("/")[0]
        sample = draw(f"{args.seed}/{args.only}", kind)
        fault = try_reading(sample)
        if fault:
            report(args.only, fault, seen, save(kind, sample))
        return int(fault is not None)
    for kind, sample in from_corpus():
        fault = try_reading(sample)
        if fault:
            report(f"corpus/{kind}", fault, seen, sample.name)
    start, tried, checks = time.monotonic(), 0, 0
    for name, sample, fault in inputs(args.seed, args.kinds.split(",")):
        tried, checks = tried + 1, checks + name.startswith("check/")
        if fault:
            report(name, fault, seen, save(name.partition("/")[0], sample))
        if tried >= args.inputs or time.monotonic() - start > args.seconds:
            break
    rate = tried / (time.monotonic() - start)
    print(f"seed {args.seed}: {tried - checks:,} files read and {checks:,} snapshots checked, {rate:,.0f} a second, "
          f"{sum(seen.values()):,} faults of {len(seen)} sorts")  # fmt: skip
    return int(bool(seen))


if __name__ == "__main__":
    sys.exit(main())
