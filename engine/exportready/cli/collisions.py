"""Reject an output that would replace another output, or something that the command reads."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click


def check_targets(targets: Iterable[str | None], inputs: Iterable[Path | None]) -> None:
    """Raise click.UsageError if two targets are one file, or if one would replace an input or a file inside an input.

    A report of an earlier run may be replaced, also inside the folder that is checked.
    """
    read = [path for path in inputs if path is not None]
    seen: set[str] = set()
    for target in targets:
        if target is None or _is_stream(Path(target)):
            continue
        identity = _identity(Path(target))
        if identity in seen:
            raise click.UsageError(f"Two formats have the same path, {target}. Give each its own.")
        seen.add(identity)
        for path in read:
            if _identity(path) == identity:
                raise click.UsageError(f"{target} is read by this command, so it can't be written. Write to another file.")
            if _replaces_part_of(path, Path(target)):
                raise click.UsageError(
                    f"{target} is one of the files in {path}, which this command reads. Write to another file, or delete this one."
                )


def is_within(folder: Path, path: Path) -> bool:
    """Return whether a path is a folder or leads into it, links resolved."""
    home, inside = os.path.realpath(folder), os.path.realpath(path)
    return inside == home or inside.startswith(home.rstrip(os.sep) + os.sep)


def _identity(path: Path) -> str:
    """Return what two names of one file have in common: its number on the disk if it exists, else its path without links."""
    try:
        found = path.stat()
    except OSError:
        return os.path.normcase(os.path.realpath(path))
    return f"{found.st_dev}:{found.st_ino}"


def _is_stream(path: Path) -> bool:
    """Return whether a path is a device or a pipe, which is written to, not replaced."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _replaces_part_of(folder: Path, target: Path) -> bool:
    """Return whether a target would replace a file in a folder that isn't our own report, or is a link that came with the files."""
    if not folder.is_dir() or not is_within(folder, target.parent):
        return False
    if target.is_symlink():
        return True
    from exportready.evidence.recognize import is_own_report

    try:
        with target.open("rb") as file:
            head = file.read(2000)
            file.seek(max(0, target.stat().st_size - 80))
            return not is_own_report(head) and not is_own_report(file.read())
    except OSError:
        return False  # it isn't there yet, or is a folder, which is reported when it is written
