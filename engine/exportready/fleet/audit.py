"""Run one audit: check every account that changed, and save each result at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Mapping
from pathlib import Path

from msgspec.structs import replace

from exportready import __version__
from exportready.check import is_chosen
from exportready.fleet.places import Fleet
from exportready.fleet.pool import Workers, run_jobs
from exportready.fleet.work import AuditOptions, Job, TaskResult, pack_options
from exportready.history.reading import audited_accounts, gone_places, past_audits
from exportready.history.store import AuditRun, History, SavedState
from exportready.model.audit import Audit
from exportready.model.rules import Rule
from exportready.runtime import program


def settings_digest(options: AuditOptions, *, anonymize: bool) -> str:
    """Return a digest of everything that decides an audit's results except the files and the time.

    Two audits with the same digest give the same results for the same files at the same time.
    """
    rulebook = options.rulebook
    settings = {
        "version": __version__,
        "code": program.digest(),
        "rulebook": rulebook.digest,
        "rules": {rule.id: _configurable_values(rule) for rule in rulebook.rules},
        "phase": options.phase,
        "selected": sorted(options.selected),
        "ignored": sorted(options.ignored),
        "about": sorted(about.value for about in options.about),
        "confirmations": options.confirmations,
        "at_files": options.at_files,
        "waivers": sorted(map(repr, options.waivers)),
        "engine": options.engine,
        "anonymize": anonymize,
    }
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def _configurable_values(rule: Rule) -> list[str]:
    """Return what exportready.yaml can change in a rule."""
    severities = [check.severity.value for check in rule.checks]
    parameters = [f"{name}={value}" for name, value in sorted(rule.parameters.items())]
    return [rule.severity.value, *severities, *parameters]


def check_accounts(
    fleet: Fleet,
    options: AuditOptions,
    history: History,
    audit: AuditRun,
    workers: Workers,
    *,
    anonymize: bool,
    reports: AccountReports | None,
) -> Generator[TaskResult]:
    """Check every account that has no valid state in the history. Raises NoHistory and NoWorkers.

    Each result is saved before it is yielded, so the caller may stop at any time.
    """
    reusable = {place: _reusable_states(history, place, options, reports) for place in fleet.places}
    jobs = (Job(place, path, frozenset(reusable[place])) for place, path in fleet.places.items())
    for result in run_jobs(workers, pack_options(options), options.at, jobs):
        if result.state is None:
            history.reuse(audit, result.place, reusable[result.place][result.digest])
        else:
            is_past = result.state.is_past(options.at)
            report_mark = reports.write(result.place, result.report_html, is_past=is_past) if reports is not None else ""
            history.save(audit, result.place, result.state, result.findings, report_mark=report_mark, anonymize=anonymize)
        yield result
    history.finish_audit(audit, fleet.places)


class AccountReports:
    """The accounts' own reports: one HTML file per account, in one folder."""

    def __init__(self, folder: Path, audience: str, write: Callable[[Path, str], None]) -> None:
        self.folder = folder
        self.audience = audience
        self._write = write

    def write(self, place: str, html: str | None, *, is_past: bool) -> str:
        """Write an account's report and return its mark for `is_current`.

        `is_past`: whether its verdict is about a moment that is past; its words depend on that.
        Without a report, delete the one that an earlier audit wrote, since it's out of date, and return an empty mark.
        """
        path = self.folder / report_name(place)
        if html is None:
            path.unlink(missing_ok=True)
            return ""
        self._write(path, html)
        return self._mark(html.encode("utf-8", "replace"), is_past=is_past)

    def is_current(self, place: str, mark: str, *, is_past: bool) -> bool:
        """Return whether the report with this mark is still there, unchanged, for the same audience, and about the past if it should be."""
        try:
            return self._mark((self.folder / report_name(place)).read_bytes(), is_past=is_past) == mark
        except OSError:
            return False

    def _mark(self, html: bytes, *, is_past: bool) -> str:
        return f"{self.audience}:{'past:' if is_past else ''}{_sha256(html)}"


def report_name(place: str) -> str:
    """Return the file name of the report of the account at a place.

    It is valid on every operating system, and no two places have the same one, not even ignoring case.
    """
    return f"{file_stem(place)}.html"


def file_stem(name: str) -> str:
    """Return a file name without extension for a name; see `report_name`."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in name).strip(".")[:80]
    is_name_itself = bool(plain) and plain == name and plain == plain.lower()
    return plain if is_name_itself else f"{plain}-{_sha256(name.encode('utf-8', 'surrogateescape'))[:8]}"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _reusable_states(
    history: History, place: str, options: AuditOptions, reports: AccountReports | None
) -> Mapping[str, SavedState]:
    """Return an account's states that needn't be computed again; where reports are written, only those whose report exists."""
    states = history.reusable_states(place, options.at)
    if reports is None:
        return states
    return {
        digest: saved
        for digest, saved in states.items()
        if reports.is_current(place, saved.report_mark, is_past=saved.is_past)
    }


def finished_audit(fleet: Fleet, options: AuditOptions, history: History, audit: AuditRun, *, anonymize: bool) -> Audit:
    """Return a finished audit for the reporters. Raises NoHistory."""
    labels = fleet.labels
    accounts = tuple(
        replace(
            account,
            owner=label.owner or account.owner,
            tags=label.tags or account.tags,
        )
        if (label := labels.get(account.place)) is not None
        else account
        for account in audited_accounts(history, audit, report_name)
    )
    checked_rules = {rule.rule for account in accounts for rule in account.state.rules}
    rules = options.rulebook.rules
    return Audit(
        version=__version__,
        rulebook_digest=options.rulebook.digest,
        rules=tuple(rule for rule in rules if rule.id in checked_rules),
        own_rules=options.rulebook.own,
        at=audit.at,
        accounts=accounts,
        past=past_audits(history, audit),
        gone=gone_places(history, audit),
        skipped=fleet.skipped,
        left_out=tuple(rule.id for rule in rules if not is_chosen(rule, options.selected, options.ignored, options.about)),
        anonymized=anonymize,
    )
