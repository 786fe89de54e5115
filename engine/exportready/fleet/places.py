"""Find the accounts to audit: every folder and .zip in a folder, or the lines of a list."""

from __future__ import annotations

import csv
import io
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from exportready.evidence.files import IGNORED, is_zip
from exportready.evidence.recognize import is_own_report
from exportready.model.audit import escape_surrogates
from exportready.model.commands import suggest
from exportready.schema.files import read_written

TABLE_SUFFIX = ".csv"
LIST_SUFFIXES = (".txt", ".lst", ".list", TABLE_SUFFIX)
PATH_HEADINGS, OWNER_HEADING, TAGS_HEADING = ("path", "folder"), "owner", "tags"
"""The headings of the columns that are read from a CSV list. `folder` is that of the audit's own CSV."""
HISTORY_PREFIX = "exportready-history"
"""How the names of the history's files begin; by default they are next to the accounts."""


class NoFleet(Exception):
    """No accounts were found; the message says what is expected."""


class Label(msgspec.Struct, frozen=True):
    """The owner and the tags of one account, as a list of accounts has them."""

    owner: str = ""
    """Empty if the list doesn't say."""
    tags: tuple[str, ...] = ()


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts of an audit."""

    home: Path
    """The folder that places are relative to, and the default folder for the history."""
    places: Mapping[str, Path]
    """Place -> path, sorted by place. A place is the path relative to `home`, POSIX, with undecodable bytes escaped."""
    skipped: tuple[str, ...]
    """Names of files next to the accounts that aren't accounts."""
    labels: Mapping[str, Label] = {}
    """Place -> what the list of accounts says of it, for the accounts of which it says something."""


def find_fleet(paths: Sequence[Path], reports: Sequence[Path] = ()) -> Fleet:
    """Return the accounts of several folders or lists as one fleet. Raises NoFleet.

    `reports` are the folders for reports that this audit writes, which aren't accounts.
    """
    fleets = [find_accounts(path, reports) for path in paths]
    if len(fleets) == 1:
        return fleets[0]
    try:
        home = Path(os.path.commonpath([fleet.home.absolute() for fleet in fleets]))
    except ValueError as error:
        raise NoFleet("The accounts are on different drives. Run a separate audit for each drive.") from error
    labeled = [
        (Path(os.path.normpath(path.absolute())), fleet.labels.get(place, Label()))
        for fleet in fleets
        for place, path in fleet.places.items()
    ]
    accounts = [path for path, _ in labeled]
    duplicate = next((path for number, path in enumerate(accounts) if path in accounts[:number]), None)
    if duplicate is not None:
        raise NoFleet(f"{escape_surrogates(str(duplicate))} is given twice. Give each account once.")
    skipped = tuple(sorted(_relative(home, fleet.home.absolute() / name) for fleet in fleets for name in fleet.skipped))
    return _fleet(home, dict(labeled), skipped)


def find_accounts(path: Path, reports: Sequence[Path] = ()) -> Fleet:
    """Return the accounts in a folder, or those of a list. Raises NoFleet."""
    if path.is_file() and path.suffix.lower() in LIST_SUFFIXES:
        return _read_list(path)
    if not path.is_dir():
        remedy = (
            "Give the folder with your accounts, or a .txt file with one path per line (or a .csv file with a column “path”)."
        )
        raise NoFleet(
            f"{path} is not a folder or a list of accounts. {remedy}" if path.exists() else f"Can't find {path}. {remedy}"
        )
    try:
        entries = sorted((entry for entry in path.iterdir() if not IGNORED.match(entry.name)), key=lambda entry: entry.name)
    except OSError as error:
        raise NoFleet(f"Can't open {path} ({error.strerror}). Ask for access to this folder, or give another.") from error
    accounts = [entry for entry in entries if _may_be_account(entry) and not _is_report_folder(entry, reports)]
    skipped = tuple(
        escape_surrogates(entry.name)
        for entry in entries
        if entry not in accounts and not entry.name.startswith(HISTORY_PREFIX)
    )
    if not accounts or "account.yaml" in skipped:
        if skipped:
            raise NoFleet(f"{path} looks like one account. Check it with: {suggest('check', path)}")
        raise NoFleet(f"{path} has no accounts. Put one folder or .zip per account into it.")
    return Fleet(home=path, places=_by_place({entry: entry.name for entry in accounts}), skipped=skipped)


def _may_be_account(path: Path) -> bool:
    """Return whether it is a folder, an archive, or something that can't be opened.

    A network share that isn't connected is still an account, but one that can't be checked.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode) or path.suffix.lower() == ".zip":
            return True
        return stat.S_ISREG(mode) and (not os.access(path, os.R_OK) or is_zip(path))
    except OSError:
        return True


def _is_report_folder(path: Path, reports: Sequence[Path]) -> bool:
    """Return whether a folder has our reports, of this audit or of an earlier one under another name."""
    if os.path.realpath(path) in map(os.path.realpath, reports):
        return True
    try:
        files = [file for file in path.iterdir() if not IGNORED.match(file.name)] if path.is_dir() else []
        return bool(files) and all(file.suffix in (".html", ".csv") for file in files) and all(map(_is_report, files))
    except OSError:
        return False


def _is_report(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return is_own_report(file.read(2000))


def _by_place(accounts: Mapping[Path, str]) -> Mapping[str, Path]:
    """Return the accounts by place, given their names. Raises NoFleet if two have the same place."""
    by_place: dict[str, Path] = {}
    for path, name in sorted(accounts.items(), key=lambda account: account[1]):
        place = escape_surrogates(name)
        if place in by_place:
            raise NoFleet(f"{place} is given twice. Give each account once.")
        by_place[place] = path
    return by_place


def _fleet(home: Path, labels: Mapping[Path, Label], skipped: tuple[str, ...]) -> Fleet:
    """Return a fleet of accounts at any paths. Raises NoFleet if two have the same place."""
    places = _by_place({path: _relative(home, path) for path in labels})
    said = {place: labels[path] for place, path in places.items() if labels[path] != Label()}
    return Fleet(home=home, places=places, skipped=skipped, labels=said)


def _read_list(path: Path) -> Fleet:
    """Return the accounts of a list, with paths relative to its folder. Raises NoFleet."""
    is_table = path.suffix.lower() == TABLE_SUFFIX
    try:
        text = read_written(path).decode("utf-8-sig")
        entries = list((_table_entries if is_table else _line_entries)(text))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        how = "Save it as “CSV UTF-8”" if is_table else "Save it as UTF-8 text, with one path per line"
        raise NoFleet(f"Can't read {path} as a list of accounts ({error}). {how}.") from error
    except LookupError as error:
        raise NoFleet(f"{path} has no column “path”. Write the headings path, owner and tags in its first line.") from error
    if not entries:
        raise NoFleet(f"{path} has no accounts. Write one path per line.")
    home = path.parent.absolute()
    line_of: dict[Path, int] = {}
    labels: dict[Path, Label] = {}
    for number, written, label in entries:
        account = Path(os.path.normpath(home / written))
        if account in line_of:
            raise NoFleet(f"{path}:{number}: {written} is already on line {line_of[account]}. Remove one of them.")
        line_of[account], labels[account] = number, label
    return _fleet(home, labels, ())


def _line_entries(text: str) -> Iterator[tuple[int, str, Label]]:
    """Yield (line, path, label) of each line: a path, then perhaps the owner and the tags after tabs. # starts a comment."""
    for number, line in enumerate(text.splitlines(), 1):
        path, _, rest = line.strip().partition("\t")
        owner, _, tags = rest.partition("\t")
        if path and not path.startswith("#"):
            yield number, path.strip(), _label(owner, tags)


def _table_entries(text: str) -> Iterator[tuple[int, str, Label]]:
    """Yield (line, path, label) of each row of a CSV with headings. Raises LookupError if it has no column of paths."""
    headings = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=headings.count), strict=True)
    columns = [heading.strip().casefold() for heading in next(rows, [])]
    path_column = next((columns.index(heading) for heading in PATH_HEADINGS if heading in columns), None)
    if path_column is None:
        raise LookupError("path")
    for cells in rows:
        row = dict(zip(columns, cells, strict=False))
        path = cells[path_column].strip() if path_column < len(cells) else ""
        if path:
            yield rows.line_num, path, _label(row.get(OWNER_HEADING, ""), row.get(TAGS_HEADING, ""))


def _label(owner: str, tags: str) -> Label:
    """Return a label; tags are separated by commas or semicolons."""
    return Label(
        " ".join(owner.split()), tuple(dict.fromkeys(filter(None, map(str.strip, tags.replace(";", ",").split(",")))))
    )


def _relative(home: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path, home)).as_posix()
    except ValueError:  # on Windows: on another drive
        return path.as_posix()
