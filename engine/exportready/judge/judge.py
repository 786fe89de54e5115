"""Judges every rule on the evidence: its outcome, its findings, and what was wanting where it cannot be told."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec
from msgspec import field
from msgspec.structs import replace

from exportready.judge.conditions import decide, decider, lookups
from exportready.judge.gaps import gaps, merged, of_inactive, of_list
from exportready.judge.scope import Inactive, Judged, State
from exportready.judge.trace import KEPT, trace
from exportready.judge.words import expected, shown
from exportready.judge.world import View, World, note_of
from exportready.kinds import KINDS, fold, question
from exportready.model.evidence import UNSET, Evidence, FieldNote, Location, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason
from exportready.model.report import Finding, Gap, Outcome, Place, RuleResult, Thing
from exportready.model.rules import (
    ACCOUNT,
    ANSWERS,
    PARAMETER,
    PLACEHOLDER,
    SUBJECT,
    All,
    Check,
    Condition,
    Ref,
    Rule,
    Severity,
    Type,
    entries,
    placeholders,
    refs,
)
from exportready.runtime import debug


def judge(rules: Iterable[Rule], now: Evidence, before: Evidence | None, at: datetime) -> tuple[RuleResult, ...]:
    """The result of every rule, in their order. `now` holds the derived kinds too."""
    world = World(now=now, before=before, at=at)
    return tuple(_guarded(rule, world) for rule in rules)


def _guarded(rule: Rule, world: World) -> RuleResult:
    """A rule that breaks says nothing about the account, and stops no other rule."""
    try:
        return _judge_rule(rule, world)
    except Exception as error:
        debug.show(error, f"the rule {rule.id} failed")
        return RuleResult(rule=rule, outcome=Outcome.ERROR, reason=f"the rule itself failed ({type(error).__name__}: {error})")


class _Tally(msgspec.Struct, kw_only=True):
    """What became of a check's records."""

    checked: int = 0
    undecided: int = 0
    gaps: list[Gap] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def _judge_rule(rule: Rule, world: World) -> RuleResult:
    view = View(world, rule)
    if rule.given is not None:
        nobody = Judged(view, {}, Record(kind="", key="", fields={}, where=Location("")))
        truth = decide(rule.given, nobody)
        if truth is False:
            return RuleResult(rule=rule, outcome=Outcome.NOT_APPLICABLE, reason=_given_words(rule.given, nobody))
        if truth is None:
            missing = merged(gaps(rule.given, nobody))
            return _untold(rule, missing)
    tallies = [_judge_check(check, view) for check in rule.checks]
    checked = sum(tally.checked for tally in tallies)
    undecided = sum(tally.undecided for tally in tallies)
    missing = merged(gap for tally in tallies for gap in tally.gaps)
    findings = tuple(_numbered(finding for tally in tallies for finding in tally.findings))
    if findings:
        failed = sum(len(finding.where) if finding.is_group else 1 for finding in findings)
        outcome, reason = Outcome.FAILED, f"{failed} of {checked} checked"
    elif undecided or missing:
        return replace(_untold(rule, missing), checked=checked, undecided=undecided)
    elif not checked:
        outcome, reason = Outcome.NOT_APPLICABLE, "there is nothing of this kind in your files"
    else:
        outcome, reason = Outcome.PASSED, f"{checked} checked"
    return RuleResult(
        rule=rule, outcome=outcome, reason=reason, checked=checked, undecided=undecided, gaps=missing, findings=findings
    )


def _numbered(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings, those that share a fingerprint numbered in their order."""
    seen = Counter[str]()
    for one in findings:
        yield replace(one, nth=seen[one.fingerprint]) if seen[one.fingerprint] else one
        seen[one.fingerprint] += 1


def _untold(rule: Rule, missing: tuple[Gap, ...]) -> RuleResult:
    """Return the result of a rule that can't be decided, with why."""
    reason, cause = (missing[0].reason, missing[0].cause) if missing else ("it cannot be told", Reason.INCONCLUSIVE)
    return RuleResult(rule=rule, outcome=Outcome.CANNOT_TELL, reason=reason, cause=cause, gaps=missing)


# -- one check


def _judge_check(check: Check, view: View) -> _Tally:
    tally = _Tally()
    failed: list[tuple[Judged, Severity]] = []
    where = decider(check.where or All(()), view)
    expect = decider(check.expect, view)
    related = lookups(check, view)
    for kind in check.each:
        for record in view.dataset(kind).rows():
            judged = Judged(view, related, record)
            applies = where(judged)
            if applies is False:
                continue
            holds = expect(judged) if applies else None
            if holds is None:
                tally.undecided += 1
                undecided = check.expect if applies else check.where
                tally.gaps += gaps(undecided, judged) if undecided is not None else ()
                continue
            tally.checked += 1
            if not holds:
                failed.append((judged, _severity(check, judged)))
    tally.gaps += _not_whole(check, view)
    found = [(_finding(view.rule, check, judged, severity), judged) for judged, severity in failed]
    found.sort(key=lambda one: (fold(one[0].subject.key), one[0].subject.kind, one[0].message, one[0].where[0].label))
    findings = [
        replace(finding, trace=trace(check, judged)) if number < KEPT else finding
        for number, (finding, judged) in enumerate(found)
    ]
    tally.findings = [_grouped(view, check, findings)] if check.group and findings else findings
    return tally


def _severity(check: Check, judged: Judged) -> Severity:
    eased = check.eased_when is not None and decide(check.eased_when, judged) is True
    return check.severity.milder if eased else check.severity


def _not_whole(check: Check, view: View) -> Iterator[Gap]:
    """Every kind that is judged must be whole for a pass; of alternatives, those that are there, and one must be."""
    kinds = check.each
    if check.any_suffices:
        kinds = tuple(kind for kind in kinds if view.dataset(kind).scope is not Scope.MISSING) or kinds
    for kind in kinds:
        yield from _gap_of_list(check, kind, view)


def _gap_of_list(check: Check, kind: str, view: View) -> Iterator[Gap]:
    dataset = view.dataset(kind)
    if dataset.scope in (Scope.WHOLE, Scope.PERIOD, Scope.WAITING) or (KINDS[kind].single and dataset.rows()):
        return
    if dataset.scope is not Scope.ACTIVE:
        yield of_list(dataset)
    elif not _passes_over_inactive(check, kind, view):
        yield of_inactive(dataset)


def _passes_over_inactive(check: Check, kind: str, view: View) -> bool:
    active = KINDS[kind].active
    if active is None or check.where is None:
        return False
    record = Record(kind=kind, key="", fields={active: False}, where=Location(""))
    return decide(check.where, Inactive(view, {}, record)) is False


# -- findings


def _finding(rule: Rule, check: Check, judged: Judged, severity: Severity) -> Finding:
    record = judged.record
    sheet = KINDS[record.kind].sheet
    own = [ref for ref in refs(_culprit(check.expect, judged) if sheet else check.expect) if ref.owner == SUBJECT]
    key = own[0].field if sheet and own else record.key
    subject = Thing(record.kind, key)
    words = {word: _word(word, judged) for word in placeholders(check.failure)}
    observed = _observed(rule, check, judged)
    return Finding(
        fingerprint=_fingerprint(judged.view, rule, check, record.kind, key),
        check=check.name if rule.named_checks else None,
        severity=severity,
        subject=subject,
        at_fault=_at_fault(check, judged, subject),
        message=_fill(check.failure, words),
        observed=observed,
        expected=expected(check.expect),
        where=_places(check, judged, own, key),
        blocks=_blocks(check, judged, severity),
        answered_at=_answer_note(judged, own[0]).dated if sheet and own else None,
    )


def _culprit(condition: Condition, judged: Judged) -> Condition:
    """The part of a failed condition that failed first: of a sheet of facts, it says which one is wrong."""
    if isinstance(condition, All):
        return next((_culprit(part, judged) for part in condition.parts if decide(part, judged) is False), condition)
    return condition


def _grouped(view: View, check: Check, findings: list[Finding]) -> Finding:
    """All failures of a check as one finding, keyed by the check's name."""
    rule = view.rule
    first = min(findings, key=lambda finding: finding.severity.rank)
    names = [finding.subject.key for finding in findings]
    told = "; ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
    kind = first.subject.kind
    return Finding(
        fingerprint=_fingerprint(view, rule, check, kind, check.name),
        check=first.check,
        severity=first.severity,
        subject=Thing(kind, check.name),
        at_fault=Thing(first.at_fault.kind, check.name),
        message=_fill(check.failure, {"count": f"{len(names):,}", "names": told}),
        observed={"names": "; ".join(names)},
        expected=first.expected,
        where=tuple(finding.where[0] for finding in findings),
        blocks=any(finding.blocks for finding in findings),
        is_group=True,
        members=tuple(names),
        trace=findings[0].trace,
    )


def _observed(rule: Rule, check: Check, judged: Judged) -> Mapping[str, str | None]:
    """What the condition looked at, and what the words of the rule name."""
    observed: dict[str, str | None] = {}
    for ref in refs(check.expect):
        if ref.owner != PARAMETER:
            observed[str(ref)] = shown(judged.value(ref))
    for name in entries(check.expect):
        observed[name] = judged.entry(name).state.value
    for text in (*rule.fix.steps, *rule.fix.many_steps):
        for word in placeholders(text):
            observed.setdefault(word, _word(word, judged))
    return dict(sorted(observed.items()))


def _word(word: str, judged: Judged) -> str:
    first, _, rest = word.partition(".")
    if word.startswith(PARAMETER + "."):
        return shown(judged.view.parameter(rest)) or ""
    if word.startswith(ANSWERS + "."):
        value = judged.value(Ref(ANSWERS, word.removeprefix(ANSWERS + "."), Type.TEXT))
    elif word.removeprefix("$").startswith(ACCOUNT + "."):
        value = judged.value(Ref(ACCOUNT, word.removeprefix("$").removeprefix(ACCOUNT + "."), Type.TEXT))
    elif rest and first in judged.lookups:
        value = judged.value(Ref(first, rest, Type.TEXT))
    else:
        value = judged.value(Ref(SUBJECT, word, Type.TEXT))
    if value is UNSET:
        return "(none)"
    return "(not known)" if isinstance(value, Unknown) else shown(value) or ""


def _fill(text: str, words: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)


def _at_fault(check: Check, judged: Judged, subject: Thing) -> Thing:
    if check.at_fault is None:
        return Thing(KINDS[subject.kind].at_fault, subject.key)
    if check.at_fault.key is None:
        return Thing(check.at_fault.kind, subject.key)
    return Thing(check.at_fault.kind, shown(judged.value(check.at_fault.key)) or subject.key)


def _blocks(check: Check, judged: Judged, severity: Severity) -> bool:
    """Missing or unknown `blocks_when`: an error-grade finding blocks."""
    truth = decide(check.blocks_when, judged) if check.blocks_when is not None else None
    return severity is Severity.ERROR if truth is None else truth


def _places(check: Check, judged: Judged, own: list[Ref], key: str) -> tuple[Place, ...]:
    """Where to look: the field itself where its place is known (an answer's line), else the record; then what it names."""
    record = judged.record
    place = (note_of(record, own[0].field).where if own else None) or record.where
    if KINDS[record.kind].sheet and own:
        place = _answer_note(judged, own[0]).where or place
    places = [Place(place, key)]
    for name in dict.fromkeys((*entries(check.expect), *(ref.owner for ref in refs(check.expect)))):
        if name in (SUBJECT, ANSWERS, PARAMETER, ACCOUNT):
            continue
        entry = judged.entry(name)
        if entry.state is State.PRESENT and entry.record is not None:
            places.append(Place(entry.record.where, entry.record.key))
    return tuple(dict.fromkeys(places))


def _answer_note(judged: Judged, ref: Ref) -> FieldNote:
    return judged.record.note(ref.field)


def _fingerprint(view: View, rule: Rule, check: Check, kind: str, key: str) -> str:
    """Account, rule, check and subject, never a line: moving or exporting a file again changes nothing.

    The subject's kind is part of it, since a material and a piece of equipment may share a code.
    """
    account = view.world.now.account.name or ""
    text = "\0".join((fold(account), rule.id, check.name if rule.named_checks else "", kind, fold(key)))
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()[:32]


def _given_words(condition: Condition, judged: Judged) -> str:
    """Why a rule does not apply: the facts that its `given` looked at."""
    facts = dict.fromkeys(
        f"«{question(ref.owner, ref.field)}» {_told(judged.value(ref))}" for ref in refs(condition) if ref.owner != PARAMETER
    )
    return "; ".join(facts)


def _told(value: Value) -> str:
    return "none" if value is UNSET else shown(value) or "not known"
