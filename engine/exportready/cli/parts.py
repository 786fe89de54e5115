"""Cut an audit down to some accounts, and write the pages of each owner."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from exportready.cli.collisions import is_within

if TYPE_CHECKING:
    from exportready.model.audit import Audit

NO_OWNER_STEM = "no-owner"
MESSAGES = "-messages"
_FILES: Mapping[str, str] = {"html": ".html", "csv": ".csv", "mail-merge": f"{MESSAGES}.csv"}
"""Format -> how its file ends, for each owner."""


class PartOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Which accounts are shown, and whether each owner gets files of their own."""

    owners: tuple[str, ...]
    tags: tuple[str, ...]
    by_owner: Path | None


PARTS = (
    click.option("--owner", "owners", multiple=True, metavar="NAME", help="Show only this owner's accounts. Can be repeated."),
    click.option(
        "--tag",
        "tags",
        multiple=True,
        metavar="TAG",
        help="Show only accounts with this tag. Repeat it to ask for several tags at once.",
    ),
    click.option(
        "--by-owner",
        "by_owner",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="FOLDER",
        help="Write a page, a CSV and the messages to send for each owner into this folder.",
    ),
)


def new_folder(folder: Path | None) -> list[Path]:
    """Return the folder if nothing is in it yet. One that has files may be an account, which its files show."""
    try:
        return [folder] if folder is not None and not any(folder.iterdir()) else []
    except OSError:  # it isn't there yet
        return [folder] if folder is not None else []


def check_folder(folder: Path | None, reports: Path | None, accounts: Iterable[Path]) -> None:
    """Raise click.UsageError if the owners' files would be written into an account, or among the accounts' own reports."""
    if folder is None:
        return
    if reports is not None and folder.resolve() == reports.resolve():
        raise click.UsageError(f"{folder} is for the accounts' own reports. Choose another folder for --by-owner.")
    if any(is_within(account, folder) for account in accounts):
        raise click.UsageError(f"{folder} is in an account. Choose another folder for --by-owner.")


def shown_part(audit: Audit, options: PartOptions) -> Audit:
    """Return the part of an audit that is to be shown. Raises click.ClickException if no account is in it."""
    from exportready.fleet.parts import owners_of, part_of
    from exportready.model.display import join_words

    if not options.owners and not options.tags:
        return audit
    part = part_of(audit, options.owners, options.tags)
    if part.accounts:
        return part
    named = [owner for owner in owners_of(audit) if owner]
    tags = sorted({tag for account in audit.accounts for tag in account.tags})
    known = [f"{what}: {join_words(names[:20])}" for what, names in (("Owners", named), ("Tags", tags)) if names]
    remedy = (
        ". ".join(known) if known else "No account has an owner or a tag. Write them into the list of accounts or account.yaml"
    )
    raise click.ClickException(f"No account has this owner and these tags. {remedy}.")


def owner_paths(audit: Audit, folder: Path) -> dict[str, dict[str, Path]]:
    """Return owner -> format -> the file to write. The files of no two owners have the same name."""
    from exportready.fleet.parts import owners_of

    return {owner: {name: folder / f"{_stem(owner)}{ending}" for name, ending in _FILES.items()} for owner in owners_of(audit)}


def _stem(owner: str) -> str:
    """Return how the names of an owner's files begin."""
    from exportready.fleet.audit import file_stem

    if not owner:
        return NO_OWNER_STEM
    is_taken = owner == NO_OWNER_STEM or owner.endswith(MESSAGES)  # by the accounts without an owner, or by another's messages
    return file_stem(f"{owner}/" if is_taken else owner)  # a name that no file can have gets a hash


def owner_files(audit: Audit, folder: Path | None) -> list[str]:
    """Return every file that is written for an owner."""
    return (
        [str(path) for paths in owner_paths(audit, folder).values() for path in paths.values()] if folder is not None else []
    )


def owner_pages(audit: Audit, folder: Path | None, target: str | None) -> dict[str, str]:
    """Return owner -> the link to their page from a file that is written."""
    if folder is None:
        return {}
    return {owner: link(paths["html"], target) for owner, paths in owner_paths(audit, folder).items()}


def owner_audits(audit: Audit, folder: Path) -> Iterator[tuple[str, str, Audit]]:
    """Yield (format, path, audit of one owner's accounts) for every file to write."""
    from exportready.fleet.parts import by_owner

    paths = owner_paths(audit, folder)
    for owner, part in by_owner(audit):
        for name, path in paths[owner].items():
            yield name, str(path), part


def link(place: Path, target: str | None) -> str:
    """Return the link from a written file to a place."""
    from urllib.parse import quote

    start = Path(target).parent if target is not None else Path()
    try:
        return quote(Path(os.path.relpath(place, start)).as_posix())
    except ValueError:  # another drive on Windows
        return place.absolute().as_uri()
