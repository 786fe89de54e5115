"""`exportready audit`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import msgspec

from exportready.cli.about import ABOUT
from exportready.cli.collisions import check_targets
from exportready.cli.command import Command
from exportready.cli.moments import AUDIT_AT
from exportready.cli.options import (
    ALLOW_UNKNOWN,
    AUDIENCE,
    AUDIT_FORMATS,
    AUDIT_OUTPUT,
    COLOR,
    CONFIG,
    ENGINE,
    FAIL_ON,
    IGNORE,
    NO_CONFIG,
    NO_CONFIRMATIONS,
    NO_PROGRESS,
    PHASE,
    QUIET,
    RULES,
    SELECT,
    VERBOSE,
    WAIVERS,
    GateOptions,
    OutputOptions,
    RuleOptions,
    SnapshotOptions,
    group,
)
from exportready.cli.output import note
from exportready.cli.parts import (
    PARTS,
    PartOptions,
    check_folder,
    link,
    new_folder,
    owner_audits,
    owner_files,
    owner_pages,
    shown_part,
)

if TYPE_CHECKING:
    from exportready.fleet.audit import AccountReports
    from exportready.fleet.places import Fleet
    from exportready.fleet.pool import Workers
    from exportready.fleet.work import AuditOptions
    from exportready.history.store import AuditRun, History
    from exportready.model.audit import Audit

    Target = tuple[str, str | None]

INTERRUPTED = 130
HISTORY_NAME = "exportready-history.sqlite3"


class FleetOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How the accounts are checked, and what is saved."""

    reports: Path | None
    no_reports: bool
    history_file: Path | None
    resume: bool
    jobs: int | None
    address: str | None
    """The address of a Dask scheduler; None to check on this computer."""
    anonymise: bool


_FLEET = (
    click.option(
        "--reports",
        "reports",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="FOLDER",
        help="Folder for each account's own report (default: next to the HTML page, if you ask for one).",
    ),
    click.option("--no-reports", is_flag=True, help="Don't write a report for each account."),
    click.option(
        "--history",
        "history_file",
        type=click.Path(path_type=Path, dir_okay=False),
        help=f"File that saves all audits (default: {HISTORY_NAME} next to the accounts).",
    ),
    click.option("--resume", is_flag=True, help="Continue the audit that was interrupted."),
    click.option(
        "--jobs",
        type=click.IntRange(1, 61),
        metavar="N",
        help="Number of accounts to check at the same time (default: one per core).",
    ),
    click.option(
        "--cluster", "address", metavar="ADDRESS", help="Check on the workers of a Dask scheduler, such as tcp://HOST:8786."
    ),
    click.option("--anonymise", is_flag=True, help="Save hashes instead of record names, in the history and in the report."),
)


@click.command(
    cls=Command, examples=["exportready audit accounts -o html:audit.html", "exportready audit accounts --by-owner owners"]
)
@click.argument("accounts", type=click.Path(path_type=Path), nargs=-1, required=True)
@group("shown", PartOptions, *PARTS)
@group("output", OutputOptions, AUDIT_OUTPUT, AUDIENCE, COLOR, NO_PROGRESS, QUIET, VERBOSE)
@group("fleet", FleetOptions, *_FLEET)
@group("judging", SnapshotOptions, PHASE, AUDIT_AT, ENGINE)
@group("rules", RuleOptions, ABOUT, SELECT, IGNORE, RULES)
@group("gate", GateOptions, FAIL_ON, ALLOW_UNKNOWN, NO_CONFIRMATIONS, WAIVERS)
@CONFIG
@NO_CONFIG
def audit(
    accounts: tuple[Path, ...],
    shown: PartOptions,
    output: OutputOptions,
    fleet: FleetOptions,
    judging: SnapshotOptions,
    rules: RuleOptions,
    gate: GateOptions,
) -> int:
    """Check many accounts, rank them, and show what changed.

    ACCOUNTS is a folder that has one folder or .zip per account, or a .txt or .csv list with the path, owner and tags of each.
    Results are saved in a history. The next audit checks only the accounts that changed, and shows what is different.

    \b
    Exit codes:
      0    every account passed
      1    an account has problems at or above --fail-on
      2    the command, the rules or the history could not be used
      3    nothing could be checked in any account
      4    an account could not be read, or something in it could not be checked
      130  interrupted; continue with --resume
    """
    from exportready.check import is_chosen
    from exportready.cli.settings import settle
    from exportready.fleet.places import NoFleet, find_fleet
    from exportready.fleet.pool import NoWorkers
    from exportready.fleet.work import AuditOptions
    from exportready.history.file import NoHistory
    from exportready.policy.gate import audit_exit_code

    settled = settle(rules, waivers_file=gate.waivers_file)
    wanted = _targets(output.outputs, output.quiet, (gate.waivers_file, *settled.files))
    own = None if fleet.no_reports else fleet.reports or _beside(wanted)
    if not any(is_chosen(rule, rules.selected, rules.ignored, rules.about) for rule in settled.rulebook.rules):
        raise click.ClickException("No rules are left to check. Change --select, --ignore or --about.")
    how = AuditOptions(
        rulebook=settled.rulebook,
        at=judging.moment,
        at_files=judging.at is None or judging.is_of_files,
        phase=judging.phase,
        about=rules.about,
        confirmations=not gate.no_confirmations,
        selected=rules.selected,
        ignored=rules.ignored,
        waivers=settled.waivers,
        engine=_engine(judging.engine),
        audience=output.audience if own else None,
        settings_digest="",
    )
    try:
        found = find_fleet(accounts, [*filter(None, [own]), *new_folder(shown.by_owner)])
        kept = _Kept(
            fleet.history_file or found.home / HISTORY_NAME, fleet.resume, isinstance(judging.at, datetime), fleet.anonymise
        )
        _apart(wanted, kept.path, own, found)
        check_folder(shown.by_owner, own, found.places.values())
        lists = [path for path in accounts if path.is_file()]
        check_targets([target for _, target in wanted], [*found.places.values(), *lists])
        with _workers(fleet.address, fleet.jobs, len(found.places)) as workers:
            pages = _pages(own, output.audience)
            made = _audited(found, how, kept, workers, pages, progress=output.shows_progress)
    except (NoFleet, NoHistory, NoWorkers) as error:
        raise click.ClickException(str(error)) from error
    if made is None:
        return INTERRUPTED
    made = shown_part(made, shown)
    read = [*lists, kept.path, gate.waivers_file, *settled.files]
    check_targets([*(target for _, target in wanted), *owner_files(made, shown.by_owner)], read)
    _write(made, wanted, own, shown.by_owner, output)
    return int(audit_exit_code([account.state for account in made.accounts], gate.policy(settled.thresholds)))


class _Kept(NamedTuple):
    """Where and how the audit is saved."""

    path: Path
    resume: bool
    has_at: bool
    anonymise: bool


def _audited(
    fleet: Fleet, how: AuditOptions, kept: _Kept, workers: Workers, pages: AccountReports | None, *, progress: bool
) -> Audit | None:
    """Return the finished audit. If it is interrupted, print how to continue it, and return None."""
    from msgspec.structs import replace

    from exportready.cli.progress import Progress
    from exportready.fleet.audit import check_accounts, finished_audit
    from exportready.history.store import History

    how = _with_digest(how, kept)
    watched = Progress(len(fleet.places), wanted=progress)
    with History(kept.path) as history:
        if kept.resume and not kept.has_at:
            how = _as_interrupted(history, how, kept)
        started = _started(history, how, kept)
        how = replace(how, at=started.at)
        try:
            with closing(
                check_accounts(fleet, how, history, started, workers, anonymize=kept.anonymise, reports=pages)
            ) as finished:
                for done in finished:
                    watched.one(is_broken=done.state is not None and done.state.is_unreadable)
        except KeyboardInterrupt:
            watched.end()
            finished_so_far = f"{watched.done:,} of {len(fleet.places):,} accounts are finished and saved in {kept.path}"
            note(f"Interrupted. {finished_so_far}. To continue, run the same command with --resume.")
            return None
        watched.end()
        return finished_audit(fleet, how, history, started, anonymize=kept.anonymise)


def _with_digest(how: AuditOptions, kept: _Kept) -> AuditOptions:
    from msgspec.structs import replace

    from exportready.fleet.audit import settings_digest

    return replace(how, settings_digest=settings_digest(how, anonymize=kept.anonymise))


def _as_interrupted(history: History, how: AuditOptions, kept: _Kept) -> AuditOptions:
    """Return the options of the interrupted audit if it was for a time that --at gave: to continue it, --at needn't be repeated."""
    from msgspec.structs import replace

    unfinished, at_time = history.interrupted_audit(), _with_digest(replace(how, at_files=False), kept)
    return at_time if unfinished is not None and unfinished.settings_digest == at_time.settings_digest else how


def _targets(outputs: tuple[str, ...], quiet: bool, inputs: Sequence[Path | None]) -> list[Target]:
    from exportready.cli.outputs import targets

    return targets(outputs, quiet, AUDIT_FORMATS, inputs=inputs)


def _beside(wanted: list[Target]) -> Path | None:
    """Return the folder for the accounts' own reports: audit-accounts next to audit.html; None without an HTML file."""
    page = next((Path(target) for name, target in wanted if name == "html" and target is not None), None)
    return page.with_name(f"{page.stem}-accounts") if page is not None else None


def _apart(wanted: list[Target], history: Path, own: Path | None, fleet: Fleet) -> None:
    """Raise click.UsageError if a report would overwrite the history or the report of an account."""
    from exportready.fleet.audit import report_name

    pages = {(own / report_name(place)).resolve() for place in fleet.places} if own is not None else set()
    for _, target in wanted:
        if target is not None and Path(target).resolve() == history.resolve():
            raise click.UsageError(f"{target} is the history of all audits. Write to another file.")
        if target is not None and Path(target).resolve() in pages:
            raise click.UsageError(
                f"{target} is the report of one account. Write to another file, or choose another folder with --reports."
            )


def _engine(name: str | None) -> str | None:
    from exportready.causes.engines import NoEngine, engine

    try:
        if name is not None:
            engine(name)
    except NoEngine as error:
        raise click.ClickException(str(error)) from error
    return name


def _started(history: History, how: AuditOptions, kept: _Kept) -> AuditRun:
    """Start a new audit, or return the one to continue. Raises click.UsageError."""
    from exportready import __version__
    from exportready.model.display import count, format_time

    unfinished = history.interrupted_audit()
    if not kept.resume:
        if unfinished is not None and unfinished.saved_accounts:
            after = f"An earlier audit was interrupted after {count(unfinished.saved_accounts, 'account')}"
            note(f"{after}. This is a new audit; to continue the earlier one, use --resume.")
        return history.start_audit(how.at, how.settings_digest, how.rulebook.digest, __version__, anonymize=kept.anonymise)
    if unfinished is None:
        raise click.UsageError(f"{history.path} has no interrupted audit. Run the command without --resume.")
    if unfinished.settings_digest != how.settings_digest:
        raise click.UsageError(
            "The interrupted audit used other rules or settings. Use the same ones, or start a new audit without --resume."
        )
    if kept.has_at and how.at != unfinished.at:
        raise click.UsageError(f"The interrupted audit was as of {format_time(unfinished.at)}. Leave out --at.")
    return unfinished


@contextmanager
def _workers(address: str | None, jobs: int | None, accounts: int) -> Iterator[Workers]:
    from exportready.evidence.parallel import cores
    from exportready.fleet.pool import local_processes

    if address is None:
        yield local_processes(min(jobs or cores(), accounts))
        return
    if jobs is not None:
        raise click.UsageError("--jobs works only on this computer. Leave it out with --cluster.")
    from exportready.fleet.cluster import NoCluster, cluster

    try:
        with cluster(address) as workers:
            yield workers
    except NoCluster as error:
        raise click.ClickException(str(error)) from error


def _pages(place: Path | None, audience: str) -> AccountReports | None:
    from exportready.cli.output import write
    from exportready.fleet.audit import AccountReports

    return None if place is None else AccountReports(place, audience, lambda path, text: write([(str(path), text)]))


def _write(made: Audit, wanted: list[Target], own: Path | None, owners: Path | None, output: OutputOptions) -> None:
    """Write every format, all or none, then print what was written. `owners` is the folder for the files of each owner."""

    from exportready.cli.output import show, write
    from exportready.cli.outputs import is_colored, width
    from exportready.reporters.audit import Options, render_parts

    def rendered(name: str, target: str | None, part: Audit = made) -> Iterator[str]:
        options = Options(
            color=target is None and is_colored(output.color),
            width=width(),
            verbose=output.verbose,
            reports_url=link(own, target) if own is not None else "",
            owner_pages=owner_pages(made, owners, target) if part is made else {},
        )
        return render_parts(name, part, options)

    whole = ((target, rendered(name, target)) for name, target in wanted if (name, target) != ("console", None))
    parts = owner_audits(made, owners) if owners is not None else ()
    write(chain(whole, ((path, rendered(name, path, part)) for name, path, part in parts)))
    if ("console", None) in wanted:
        show("".join(rendered("console", None)), is_color=is_colored(output.color))
    for _, target in wanted:
        if target is not None and not output.quiet:
            note(f"Wrote {target}")
    if own is not None and not output.quiet:
        note(f"Wrote the accounts' own reports to {own}")
    if owners is not None and not output.quiet:
        note(f"Wrote the files of each owner to {owners}")
