"""Mistakes in files that people write: one mistake with its position, a collector, and an exception with all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec.structs import replace

from exportready.schema.budgets import MISTAKES


class Mistake(msgspec.Struct, frozen=True):
    """One mistake in a file: where it is, what is wrong, and how to fix it."""

    path: str
    line: int
    """1-based; 0 if the mistake is about the file itself."""
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"

    def below(self, folder: Path) -> Mistake:
        """Return the mistake with its path inside a folder, so that people can open the file."""
        return replace(self, path=(folder / self.path).as_posix())


class MistakesFound(Exception):
    """Files can't be used. `mistakes` has every mistake in them, file by file, each file's in the order of lines."""

    def __init__(self, mistakes: Iterable[Mistake], about: str = "the file") -> None:
        found = tuple(mistakes)
        file_order = {path: number for number, path in enumerate(dict.fromkeys(mistake.path for mistake in found))}
        self.mistakes = tuple(sorted(found, key=lambda mistake: (file_order[mistake.path], mistake.line)))
        self.about = about
        """What has the mistakes, such as “the rulebook”."""
        super().__init__("\n".join(map(str, self.mistakes)))

    @property
    def summary(self) -> str:
        """Return the number of mistakes as text: “the rulebook has 2 mistakes”."""
        count = len(self.mistakes)
        return f"{self.about} {'have' if self.about.endswith('s') else 'has'} {count} mistake{'s' if count != 1 else ''}"


class _Positioned(Protocol):
    @property
    def line(self) -> int: ...


class Mistakes(msgspec.Struct):
    """Collects the mistakes in one file, so that all of them are reported at once."""

    path: str = ""
    found: list[Mistake] = msgspec.field(default_factory=list)
    count: int = 0
    """Number of mistakes, also of those that are no longer listed."""

    @property
    def is_full(self) -> bool:
        """Return whether further mistakes are only counted."""
        return self.count > MISTAKES

    def add(self, place: _Positioned | int, message: str) -> None:
        """Note a mistake at a value or line. Line 0 is for mistakes about the file itself."""
        self.count += 1
        if self.count > MISTAKES + 1:
            return
        message = message if self.count <= MISTAKES else "there are more mistakes from here on; fix these first"
        self.found.append(Mistake(self.path, place if isinstance(place, int) else place.line, message))

    def of(self, path: str) -> Mistakes:
        """Return a collector for another file that adds to the same list."""
        return Mistakes(path, self.found)

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Note the mistakes that a `with` block raises, and continue after it."""
        try:
            yield
        except MistakesFound as error:
            self.found += error.mistakes

    def raise_if_any(self, about: str) -> None:
        """Raise MistakesFound if anything was noted."""
        if self.found:
            raise MistakesFound(self.found, about)
