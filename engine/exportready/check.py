"""The program, on one screen: a snapshot and a rulebook in, a report out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from exportready import __version__, causes
from exportready.causes import engines as inference
from exportready.derive import derive, drift
from exportready.derive.connectors import work_list
from exportready.derive.sent_before import with_what_was_sent
from exportready.evidence import snapshot
from exportready.evidence.excerpts import EARLIER, with_excerpts
from exportready.judge import judge
from exportready.kinds.derived import SHOWN, SHOWN_AFTER
from exportready.model.evidence import Evidence
from exportready.model.report import Report, Waiver
from exportready.model.rules import Phase, Rule, Rulebook, Wanted
from exportready.policy import baseline, batches, waivers
from exportready.policy.baseline import Baseline
from exportready.policy.expiry import lapses
from exportready.policy.gate import verdict
from exportready.rulebook.inference import load
from exportready.rulebook.load import INFERENCE, wanted
from exportready.runtime import shipped

DEFAULT_PHASE = Phase.BEFORE.value


def check(
    path: Path,
    rulebook: Rulebook,
    at: datetime,
    before: Path | None = None,
    phase: str | None = None,
    chosen: Callable[[Rule], bool] = lambda rule: True,
    on_file: Callable[[str, int, int], None] | None = None,
    engine: str | None = None,
    accepted: Sequence[Waiver] = (),
    against: Baseline | None = None,
    named: str = "",
    jobs: int | None = 1,
) -> Report:
    """Judge a snapshot. `at` is the moment of the check; `before` an earlier snapshot of the account; `engine` infers.

    Raises NoSnapshot where a path holds none, NoEngine where the engine is not installed, InferenceMistakes for rules of
    inference that cannot be used.
    """
    return examine(path, rulebook, at, before, phase, chosen, on_file, engine, accepted, against, named, jobs)[0]


def examine(
    path: Path,
    rulebook: Rulebook,
    at: datetime,
    before: Path | None = None,
    phase: str | None = None,
    chosen: Callable[[Rule], bool] = lambda rule: True,
    on_file: Callable[[str, int, int], None] | None = None,
    engine: str | None = None,
    accepted: Sequence[Waiver] = (),
    against: Baseline | None = None,
    named: str = "",
    jobs: int | None = 1,
) -> tuple[Report, Evidence]:
    """As `check`, with the evidence that it rests on: what is still to be asked shows only there.

    `accepted` are the waivers, `against` the baseline, which is called `named`. `jobs` processes read; None: one for each core.
    """
    now = snapshot.read(path, lambda stated: _wanted(rulebook, phase or stated, chosen), at, on_file, jobs=jobs)
    phase = phase or now.account.phase or DEFAULT_PHASE
    takes = _wanted(rulebook, phase, chosen)
    read_before = snapshot.read(before, takes, at, under=EARLIER, jobs=jobs) if before else None
    if phase == Phase.AFTER.value and read_before is not None:
        now = with_what_was_sent(now, read_before)
    earlier = derive(read_before, at, wanted=takes) if read_before else None
    now = derive(now, at, earlier, takes)
    in_phase = _in_phase(rulebook, phase)
    rules = [rule for rule in in_phase if chosen(rule)]
    zone, whose = waivers.zone_of(now.account, at), now.account.name
    judged = waivers.apply(judge(rules, now, earlier, at), accepted, whose, waivers.today(at, zone))
    follows = load(rulebook.inference or shipped.folder("rules") / INFERENCE)
    first = causes.explain(judged, now, follows, lambda: inference.engine(engine), phase)
    results = baseline.known(first.results, against) if against else first.results
    results = with_excerpts(results, path, before)
    sources = (*now.sources, *(earlier.sources if earlier else ()))
    report = Report(
        version=__version__,
        digest=rulebook.digest,
        rules=len(rulebook.rules),
        own_rules=rulebook.own,
        left_out=tuple(rule.id for rule in in_phase if not chosen(rule)),
        account=now.account,
        phase=phase,
        checked_at=at,
        sources=sources,
        unrecognised=(*now.unrecognised, *(earlier.unrecognised if earlier else ())),
        results=results,
        verdict=verdict(results, sources),
        tie_out=now.dataset("derived.tie_out").records if phase == Phase.AFTER.value else (),
        work_list=work_list(now) if phase == Phase.AFTER.value else (),
        key_issues=first.key_issues,
        waiting=first.waiting,
        waits=first.waits,
        batches=batches.judged(first.batches, results, sources),
        stale=first.stale,
        packs=rulebook.packs,
        settings=drift.stated(now),
        company_file=_company(now),
        lapses=lapses(results, now, at, zone),
        baseline=named,
        baseline_untold=against.untold if against else frozenset(),
        stale_baseline=tuple(f"{one.rule}: {one.message}" for one in baseline.stale(results, against)) if against else (),
        waiver_remarks=tuple(
            f"{one.what}: {one.waiver.rule} ({one.waiver.where.path}:{one.waiver.where.line}): {one.words}"
            for one in waivers.remarks(accepted, rulebook.rules, results, whose, waivers.today(at, zone))
        ),
    )
    return report, now


def _in_phase(rulebook: Rulebook, phase: str) -> list[Rule]:
    return [rule for rule in rulebook.rules if rule.phase.value in (phase, Phase.BOTH.value)]


def _wanted(rulebook: Rulebook, phase: str | None, chosen: Callable[[Rule], bool]) -> Wanted:
    """What is read and derived: only kinds at which the rules that are judged look, or the report. Of a kind all that any rule
    reads: whether two copies of a record contradict each other must not depend on the rules that are chosen."""
    phase = phase or DEFAULT_PHASE
    shown = SHOWN + SHOWN_AFTER if phase == Phase.AFTER.value else SHOWN
    kinds = (*wanted((rule for rule in _in_phase(rulebook, phase) if chosen(rule)), shown), *drift.STATED)
    return {kind: rulebook.wanted[kind] for kind in kinds if kind in rulebook.wanted}


def _company(evidence: Evidence) -> str:
    name = next((one.get("CompanyName") for one in evidence.dataset("quickbooks.Company").records), None)
    return name if isinstance(name, str) else ""


def select(selected: Sequence[str], ignored: Sequence[str]) -> Callable[[Rule], bool]:
    """A choice of rules by id or by area (`items` or `items/cogs-account`); what is ignored wins."""

    def named(rule: Rule, names: Sequence[str]) -> bool:
        return any(name.rstrip("/") in (rule.id, rule.area) for name in names)

    return lambda rule: (not selected or named(rule, selected)) and not named(rule, ignored)
