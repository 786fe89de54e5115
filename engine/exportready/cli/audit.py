"""`exportready audit`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import msgspec

from exportready.cli.options import (
    ALLOW_UNKNOWN,
    AT,
    AUDIENCE,
    AUDIT_FORMATS,
    AUDIT_OUTPUT,
    COLOR,
    CONFIG,
    ENGINE,
    FAIL_ON,
    IGNORE,
    NO_CONFIG,
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
    """How many accounts are judged side by side, and what is kept of it."""

    reports: Path | None
    no_reports: bool
    history_file: Path | None
    resume: bool
    jobs: int | None
    address: str | None
    """Of the scheduler of a cluster."""
    anonymise: bool


_FLEET = (
    click.option(
        "--reports",
        "reports",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="FOLDER",
        help="Where each account's own report goes (default: with html:PATH, beside it).",
    ),
    click.option("--no-reports", is_flag=True, help="Write no report of their own for the accounts."),
    click.option(
        "--history",
        "history_file",
        type=click.Path(path_type=Path, dir_okay=False),
        help=f"The file of all audits (default: {HISTORY_NAME} beside the accounts).",
    ),
    click.option("--resume", is_flag=True, help="Go on with the audit that was interrupted."),
    click.option(
        "--jobs", type=click.IntRange(1, 61), metavar="N", help="Judge so many accounts at once (default: one a core)."
    ),
    click.option("--cluster", "address", metavar="ADDRESS", help="Judge on the workers of a Dask scheduler: tcp://HOST:8786."),
    click.option(
        "--anonymise", is_flag=True, help="Keep what findings are about as hashes only, in the history and in the report."
    ),
)
_NO_PROGRESS = click.option("--no-progress", is_flag=True, help="Do not say how far it is.")


@click.command()
@click.argument("accounts", type=click.Path(path_type=Path), nargs=-1, required=True)
@group("output", OutputOptions, AUDIT_OUTPUT, AUDIENCE, COLOR, _NO_PROGRESS, QUIET, VERBOSE)
@group("fleet", FleetOptions, *_FLEET)
@group("judging", SnapshotOptions, PHASE, AT, ENGINE)
@group("rules", RuleOptions, SELECT, IGNORE, RULES)
@group("gate", GateOptions, FAIL_ON, ALLOW_UNKNOWN, WAIVERS)
@CONFIG
@NO_CONFIG
def audit(
    accounts: tuple[Path, ...],
    output: OutputOptions,
    fleet: FleetOptions,
    judging: SnapshotOptions,
    rules: RuleOptions,
    gate: GateOptions,
) -> int:
    """Check many accounts at once: where to look first, what changed, what to tell whom.

    ACCOUNTS is a folder with one folder or .zip an account, or a list of such (.txt, one path a line). What was found is kept
    in a history, so that the next audit says what changed, and judges only what changed.

    \b
    Ends with
      0    every account passed
      1    an account has problems at or above --fail-on
      2    the command, the rules or the history could not be used
      3    nothing could be decided for any account
      4    of an account nobody can say yet, or it could not be read
      130  interrupted; --resume goes on
    """
    from exportready.check import is_chosen
    from exportready.cli.settings import settle
    from exportready.fleet.places import NoFleet, find_fleet
    from exportready.fleet.pool import NoWorkers
    from exportready.fleet.work import AuditOptions
    from exportready.history.file import NoHistory
    from exportready.policy.gate import audit_exit_code

    settled = settle(rules, waivers_file=gate.waivers_file)
    wanted = _targets(output.outputs, output.quiet)
    own = None if fleet.no_reports else fleet.reports or _beside(wanted)
    if not any(is_chosen(rule, rules.selected, rules.ignored) for rule in settled.rulebook.rules):
        raise click.ClickException("no rule is left to judge; look at --select and --ignore")
    how = AuditOptions(
        rulebook=settled.rulebook,
        at=judging.moment,
        phase=judging.phase,
        selected=rules.selected,
        ignored=rules.ignored,
        waivers=settled.waivers,
        engine=_engine(judging.engine),
        audience=output.audience if own else None,
        settings_digest="",
    )
    try:
        found = find_fleet(accounts, own)
        kept = _Kept(fleet.history_file or found.home / HISTORY_NAME, fleet.resume, judging.at is not None, fleet.anonymise)
        _apart(wanted, kept.path, own, found)
        with _workers(fleet.address, fleet.jobs, len(found.places)) as workers:
            pages = _pages(own, output.audience)
            made = _audited(found, how, kept, workers, pages, progress=output.shows_progress)
    except (NoFleet, NoHistory, NoWorkers) as error:
        raise click.ClickException(str(error)) from error
    if made is None:
        return INTERRUPTED
    _write(made, wanted, own, output)
    return int(audit_exit_code([account.state for account in made.accounts], gate.policy(settled.thresholds)))


class _Kept(NamedTuple):
    """Where the audit is kept, and how."""

    path: Path
    resume: bool
    at_is_said: bool
    anonymise: bool


def _audited(
    fleet: Fleet, how: AuditOptions, kept: _Kept, workers: Workers, pages: AccountReports | None, *, progress: bool
) -> Audit | None:
    """Return the finished audit; None if it was interrupted, after saying how to go on."""
    from msgspec.structs import replace

    from exportready.cli.progress import Progress
    from exportready.fleet.audit import check_accounts, finished_audit, settings_digest
    from exportready.history.store import History

    how = replace(how, settings_digest=settings_digest(how, anonymize=kept.anonymise))
    watched = Progress(len(fleet.places), wanted=progress)
    with History(kept.path) as history:
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
            finished_so_far = f"{watched.done:,} of {len(fleet.places):,} accounts are finished and kept in {kept.path}"
            click.echo(f"Interrupted; {finished_so_far}. The same command with --resume goes on.", err=True)
            return None
        watched.end()
        return finished_audit(fleet, how, history, started, anonymize=kept.anonymise)


def _targets(outputs: tuple[str, ...], quiet: bool) -> list[Target]:
    from exportready.cli.outputs import targets

    return targets(outputs, quiet, AUDIT_FORMATS)


def _beside(wanted: list[Target]) -> Path | None:
    """Return the folder of the accounts' own reports: audit-accounts beside audit.html."""
    page = next((Path(target) for name, target in wanted if name == "html" and target is not None), None)
    return page.with_name(f"{page.stem}-accounts") if page is not None else None


def _apart(wanted: list[Target], history: Path, own: Path | None, fleet: Fleet) -> None:
    """Raise click.UsageError if a report would overwrite the history or the report of an account."""
    from exportready.fleet.audit import report_name

    pages = {(own / report_name(place)).resolve() for place in fleet.places} if own is not None else set()
    for _, target in wanted:
        if target is not None and Path(target).resolve() == history.resolve():
            raise click.UsageError(f"{target} is the history of all audits; write to another file")
        if target is not None and Path(target).resolve() in pages:
            raise click.UsageError(f"{target} is the report of one account; write to another file, or name other --reports")


def _engine(name: str | None) -> str | None:
    from exportready.causes.engines import NoEngine, engine

    try:
        if name is not None:
            engine(name)
    except NoEngine as error:
        raise click.ClickException(str(error)) from error
    return name


def _started(history: History, how: AuditOptions, kept: _Kept) -> AuditRun:
    """Begin a new audit, or return the one to go on with. Raises click.UsageError."""
    from exportready import __version__

    unfinished = history.interrupted_audit()
    if not kept.resume:
        if unfinished is not None and unfinished.saved_accounts:
            after = f"An audit was interrupted after {unfinished.saved_accounts:,} accounts"
            click.echo(f"{after}; --resume would go on with it. This is a new one.", err=True)
        return history.start_audit(how.at, how.settings_digest, how.rulebook.digest, __version__, anonymize=kept.anonymise)
    if unfinished is None:
        raise click.UsageError(f"no audit in {history.path} was interrupted; leave out --resume")
    if unfinished.settings_digest != how.settings_digest:
        raise click.UsageError(
            "the audit that was interrupted had other rules or other settings; begin a new one without --resume, or give the same"
        )
    if kept.at_is_said and how.at != unfinished.at:
        raise click.UsageError(f"the audit that was interrupted is of {unfinished.at.isoformat()}; leave out --at")
    return unfinished


@contextmanager
def _workers(address: str | None, jobs: int | None, accounts: int) -> Iterator[Workers]:
    from exportready.evidence.parallel import cores
    from exportready.fleet.pool import local_processes

    if address is None:
        yield local_processes(min(jobs or cores(), accounts))
        return
    if jobs is not None:
        raise click.UsageError("--jobs is for this machine; a cluster has the workers that it has")
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


def _url(place: Path | None, target: str | None) -> str:
    """Return the link to the accounts' own reports, from the file that is written."""
    from urllib.parse import quote

    if place is None:
        return ""
    start = Path(target).parent if target is not None else Path()
    try:
        return quote(Path(os.path.relpath(place, start)).as_posix())
    except ValueError:  # another drive of Windows
        return place.absolute().as_uri()


def _write(made: Audit, wanted: list[Target], own: Path | None, output: OutputOptions) -> None:
    """Write every format to its place, all or none; then say what was written."""
    from exportready.cli.output import write
    from exportready.cli.outputs import is_colored, show, width
    from exportready.reporters.audit import Options, render_parts

    def rendered(name: str, target: str | None) -> Iterator[str]:
        return render_parts(
            name,
            made,
            Options(
                color=target is None and is_colored(output.color),
                width=width(),
                verbose=output.verbose,
                reports_url=_url(own, target),
            ),
        )

    write((target, rendered(name, target)) for name, target in wanted if (name, target) != ("console", None))
    if ("console", None) in wanted:
        show("".join(rendered("console", None)), output.color)
    for _, target in wanted:
        if target is not None and not output.quiet:
            click.echo(f"Wrote {target}", err=True)
    if own is not None and not output.quiet:
        click.echo(f"Wrote the accounts' own reports to {own}", err=True)
