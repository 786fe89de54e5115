"""Check one snapshot: a request in, a report out.

The steps, in order: read account.yaml (phase, time zone, covers, columns) and then each file once; derive what no file has; check
every rule; let confirmations decide what the files can't; trace problems to key issues; apply waivers and the baseline; decide the
verdicts; cut the excerpts. No step changes the results of an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from exportready import __version__, causes
from exportready.causes import engines
from exportready.derive import derive, drift
from exportready.derive.connectors import work_list
from exportready.derive.sent_before import with_what_was_sent
from exportready.evidence.excerpts import EARLIER, excerpts
from exportready.evidence.snapshot import open_snapshot, read_files
from exportready.judge import judge
from exportready.model.clock import zone_of
from exportready.model.evidence import Evidence
from exportready.model.report import Notes, Report, RuleResult, Waiver
from exportready.model.rules import About, Phase, Rule, Rulebook, Wanted
from exportready.policy import baseline, batches, confirmations, waivers
from exportready.policy.baseline import Baseline
from exportready.policy.expiry import expiring
from exportready.policy.gate import verdict
from exportready.policy.open_questions import open_questions
from exportready.rulebook.reads import SHOWN, SHOWN_AFTER, wanted

DEFAULT_PHASE = Phase.BEFORE.value


class CheckRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What to check, with which rules, and how."""

    snapshot: Path
    """A folder or .zip of exported files, or one file."""
    rulebook: Rulebook
    at: datetime | None
    """The time of the check, with an offset; None: the latest date that a file, an answer or a confirmation of the snapshot states."""
    seen_at: datetime | None = None
    """The real time, if `at` is None. Waivers expire by it, and reports say how long ago the moment of the files was."""
    before: Path | None = None
    """An earlier snapshot of the same account."""
    phase: str | None = None
    """`before-export` or `after-export`; None: the phase in account.yaml, else before the export."""
    select: tuple[str, ...] = ()
    """Ids or areas of the rules to check; empty: all."""
    ignore: tuple[str, ...] = ()
    """Ids or areas of the rules to skip; overrides `select`."""
    about: tuple[About, ...] = ()
    """What the rules to check judge; empty: anything."""
    engine: str | None = None
    """`durable` or `clips`; None: the one that is installed."""
    confirmations: bool = True
    """Whether what people confirmed decides rules that the files can't."""
    waivers: tuple[Waiver, ...] = ()
    baseline: Baseline | None = None
    baseline_name: str = ""
    """The name of the baseline in reports: a file, or a git revision."""
    jobs: int | None = 1
    """Number of processes that read files; None: one per core."""
    on_file: Callable[[str, int, int], None] | None = None
    """Called before each file is read, with its path, its number and the number of files."""


class Examined(msgspec.Struct, frozen=True):
    """A report with its evidence, which alone shows the open questions."""

    report: Report
    evidence: Evidence


def check(request: CheckRequest) -> Report:
    """Check a snapshot and return the report.

    Raises NoSnapshot if a path is not a snapshot, NoEngine if the engine is not installed, NoDate if there is no time of the check.
    """
    return examine(request).report


def examine(request: CheckRequest) -> Examined:
    """Check a snapshot and return the report with its evidence. Raises the same exceptions as `check`."""
    book = request.rulebook
    opened = open_snapshot(request.snapshot, request.at, on_file=request.on_file)
    phase = request.phase or opened.phase or DEFAULT_PHASE
    in_phase = [rule for rule in book.rules if rule.phase.value in (phase, Phase.BOTH.value)]
    rules = [rule for rule in in_phase if is_chosen(rule, request.select, request.ignore, request.about)]
    judged = {rule.id for rule in rules}
    takes = _wanted(book, rules, phase)
    now, at = read_files(opened, takes, request.jobs, request.seen_at)
    before = None
    if request.before is not None:
        before, _ = read_files(open_snapshot(request.before, at, prefix=EARLIER), takes, request.jobs)
    if phase == Phase.AFTER.value and before is not None:
        now = with_what_was_sent(now, before)
    earlier = derive(before, at, wanted=takes) if before else None
    now = derive(now, at, earlier, takes)
    zone = zone_of(now.account, at)
    results = judge(rules, now, earlier, at)
    if request.confirmations:
        results = confirmations.apply(results, now, at, zone)
    today = waivers.today(request.seen_at or at, zone)
    accepted = waivers.apply(results, request.waivers, now.account.name, today)
    traced = causes.explain(results, now, book.inference, lambda: engines.engine(request.engine), phase, accepted.waivers)
    texts = {**now.texts.by_path, **(earlier.texts.by_path if earlier else {})}
    notes = Notes(
        waivers=accepted.waivers,
        refusals=accepted.refusals,
        known=baseline.known(results, request.baseline) if request.baseline else frozenset(),
        key_issues=traced.behind,
        batches=traced.users,
        excerpts=excerpts(results, texts),
    )
    sources = (*now.sources, *(earlier.sources if earlier else ()))
    after = phase == Phase.AFTER.value
    report = Report(
        version=__version__,
        digest=book.digest,
        rules=len(book.rules),
        own_rules=book.own,
        left_out=tuple(rule.id for rule in in_phase if rule.id not in judged),
        scope=tuple(about.value for about in request.about),
        account=now.account,
        phase=phase,
        checked_at=at,
        seen_at=request.seen_at,
        sources=sources,
        unrecognized=(*now.unrecognized, *(earlier.unrecognized if earlier else ())),
        results=results,
        questions=tuple(open_questions(results, now, at)),
        verdict=verdict(results, sources, notes.waivers),
        notes=notes,
        tie_out=now.dataset("derived.tie_out").records if after else (),
        work_list=work_list(now) if after else (),
        key_issues=traced.key_issues,
        blocked_transactions=traced.blocked_transactions,
        blocked=traced.blocked,
        batches=batches.judged(traced.batches, results, sources, notes),
        stale_errors=traced.stale,
        packs=book.packs,
        settings=drift.stated(now),
        company_file=_company(now),
        expiring=expiring(results, notes.waivers, now, at, zone),
        baseline=request.baseline_name,
        baseline_undecided=request.baseline.undecided if request.baseline else frozenset(),
        new_rules=baseline.newer_rules(results, request.baseline) if request.baseline else frozenset(),
        stale_baseline=_stale_baseline(results, request.baseline),
        waiver_remarks=tuple(
            f"{one.heading}: {one.waiver.rule} ({one.waiver.where.path}:{one.waiver.where.line}): {one.message}"
            for one in waivers.remarks(request.waivers, book.rules, results, now.account.name, today)
        ),
    )
    return Examined(report, now)


def is_chosen(rule: Rule, selected: Sequence[str], ignored: Sequence[str], about: Sequence[About] = ()) -> bool:
    """Return whether a rule is checked: by what it judges, and by ids or areas (`items/cogs-account` or `items`).

    `ignored` overrides `selected`; nothing in `about`: anything.
    """

    def is_named(names: Sequence[str]) -> bool:
        return any(name.rstrip("/") in (rule.id, rule.area) for name in names)

    return (not selected or is_named(selected)) and not is_named(ignored) and (not about or rule.about in about)


def _wanted(book: Rulebook, rules: Sequence[Rule], phase: str) -> Wanted:
    """Return the kinds and fields to read and derive: only kinds that the checked rules or the report use.

    The fields are those that any rule of the book reads: whether two copies of a record contradict each other must not depend on
    the rules that are chosen.
    """
    shown = SHOWN + SHOWN_AFTER if phase == Phase.AFTER.value else SHOWN
    kinds = (*wanted(rules, shown), *drift.STATED)
    return {kind: book.wanted[kind] for kind in kinds if kind in book.wanted}


def _company(evidence: Evidence) -> str:
    name = next((one.get("CompanyName") for one in evidence.dataset("quickbooks.Company").records), None)
    return name if isinstance(name, str) else ""


def _stale_baseline(results: Sequence[RuleResult], known: Baseline | None) -> tuple[str, ...]:
    return tuple(f"{one.rule}: {one.message}" for one in baseline.stale(results, known)) if known else ()
