"""Take evidence away from the examples at random, and report every rule that passes because of it.

python -m fuzz.silent_pass --mutations 20000 --seed 1 [--jobs 2]
python -m fuzz.silent_pass --seed 1 --only 4412 --keep FOLDER      # writes the changed example, to run exportready check on it
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from functools import cache, partial
from multiprocessing import Pool
from pathlib import Path

from fuzz.law import MOMENTS, Base, Violation, base_of, try_one


@cache
def bases() -> tuple[Base, ...]:
    """Return the examples, read once in each process."""
    return tuple(base_of(example) for example in MOMENTS)


def mutation(seed: int, number: int) -> tuple[int, list[Violation]]:
    """Return the violations of one mutation, with its number."""
    return number, try_one(bases(), f"{seed}/{number}")[2]


def run(seed: int, numbers: range, jobs: int = 1) -> Iterator[tuple[int, Violation]]:
    """Yield each violation with the number of its mutation."""
    of_seed = partial(mutation, seed)
    if jobs == 1:
        yield from ((number, one) for number, found in map(of_seed, numbers) for one in found)
        return
    with Pool(jobs) as pool:
        yield from ((number, one) for number, found in pool.imap(of_seed, numbers, 50) for one in found)


def main() -> int:
    """Return 1 if the law is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", type=int, help="try only the mutation with this number")
    parser.add_argument("--keep", type=Path, help="write the changed example of --only into this folder")
    args = parser.parse_args()
    if args.only is not None and args.keep:
        keep(args.seed, args.only, args.keep)
    numbers = range(args.mutations) if args.only is None else range(args.only, args.only + 1)
    start, count = time.monotonic(), 0
    for number, violation in run(args.seed, numbers, args.jobs):
        count += 1
        print(f"{violation}\n    python -m fuzz.silent_pass --seed {args.seed} --only {number} --keep changed", flush=True)
    rate = len(numbers) / (time.monotonic() - start)
    print(f"{count} silent passes in {len(numbers):,} mutations, {rate:.0f} a second, seed {args.seed}", file=sys.stderr)
    return 1 if count else 0


def keep(seed: int, number: int, folder: Path) -> None:
    """Write the changed example of a mutation into a folder."""
    base, edit, _ = try_one(bases(), f"{seed}/{number}")
    for path, data in {**base.data, edit.path: edit.data}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    print(f"{edit}\n    exportready check {folder} --at {MOMENTS[base.example]}")


if __name__ == "__main__":
    sys.exit(main())
