"""Judge rules on evidence: outcomes, findings, and the gaps that leave a rule undecided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import repeat

import msgspec
from msgspec import field
from msgspec.structs import replace

from exportready.judge.conditions import decide, decider, lookups, own_fields
from exportready.judge.gaps import gaps, inactive_gap, list_gap, merged
from exportready.judge.scope import ANSWER_KINDS, Decider, Inactive, Judged, State, Truth
from exportready.judge.trace import MOST_TRACES, trace
from exportready.judge.words import expected, readable, shown
from exportready.judge.world import View, World, note_of
from exportready.kinds import KINDS, fingerprint, fold, question
from exportready.model.clock import zone_of
from exportready.model.evidence import (
    ANSWERS_KIND,
    UNSET,
    Dataset,
    Evidence,
    FieldNote,
    Location,
    Record,
    Scope,
    Unknown,
    Value,
)
from exportready.model.reasons import Reason
from exportready.model.report import Finding, Gap, Outcome, Place, RuleResult, Thing, numbered
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
    """Return the result of every rule, in their order. Both snapshots must have their derived kinds."""
    world = World(now=now, before=before, at=at)
    return tuple(_guarded(rule, world) for rule in rules)


def _guarded(rule: Rule, world: World) -> RuleResult:
    """Return the result of a rule. If the rule raises an error, its outcome is `error`, and the other rules are still judged."""
    try:
        return _judge_rule(rule, world)
    except Exception as error:
        debug.show(error, f"the rule {rule.id} failed")
        return RuleResult(
            rule=rule, outcome=Outcome.ERROR, reason=f"this rule stopped with an error ({type(error).__name__}: {error})"
        )


class _Tally(msgspec.Struct, kw_only=True):
    """The totals of judging the records of one check."""

    checked: int = 0
    undecided: int = 0
    gaps: list[Gap] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def _judge_rule(rule: Rule, world: World) -> RuleResult:
    view = View(world, rule)
    if rule.given is not None:
        no_record = Judged(view, {}, Record(kind="", key="", fields={}, where=Location("")))  # `given` reads answers only
        truth = decide(rule.given, no_record)
        if truth is False:
            return RuleResult(rule=rule, outcome=Outcome.NOT_APPLICABLE, reason=_given_words(rule.given, no_record))
        if truth is None:
            return _undecided(rule, merged(gaps(rule.given, no_record)))
    tallies = [_judge_check(check, view) for check in rule.checks]
    checked = sum(tally.checked for tally in tallies)
    undecided = sum(tally.undecided for tally in tallies)
    missing = merged(gap for tally in tallies for gap in tally.gaps)
    findings = tuple(numbered(finding for tally in tallies for finding in tally.findings))
    if findings:
        failed = sum(len(finding.where) if finding.is_group else 1 for finding in findings)
        outcome, reason = Outcome.FAILED, f"{failed} of {checked} checked"
    elif undecided or missing:
        return replace(_undecided(rule, missing), checked=checked, undecided=undecided)
    elif not checked:
        outcome, reason = Outcome.NOT_APPLICABLE, "your files have nothing to check here"
    else:
        outcome, reason = Outcome.PASSED, f"{checked} checked"
    return RuleResult(
        rule=rule, outcome=outcome, reason=reason, checked=checked, undecided=undecided, gaps=missing, findings=findings
    )


def _undecided(rule: Rule, missing: tuple[Gap, ...]) -> RuleResult:
    """Return the result of a rule that can't be decided, with the reason."""
    reason, cause = (
        (missing[0].reason, missing[0].cause) if missing else ("there is not enough information", Reason.INCONCLUSIVE)
    )
    return RuleResult(rule=rule, outcome=Outcome.CANNOT_TELL, reason=reason, cause=cause, gaps=missing)


# -- one check


def _judge_check(check: Check, view: View) -> _Tally:
    tally = _Tally()
    failed: list[tuple[Judged, Severity]] = []
    where = decider(check.where or All(()), view)
    expect = decider(check.expect, view)
    related = lookups(check, view)
    for kind in check.each:
        for judged, applies in applying(check, view.dataset(kind), where, lambda record: Judged(view, related, record)):
            is_met = expect(judged) if applies else None
            if is_met is None:
                tally.undecided += 1
                undecided = check.expect if applies else check.where
                tally.gaps += gaps(undecided, judged) if undecided is not None else ()
                continue
            tally.checked += 1
            if not is_met:
                failed.append((judged, _severity(check, judged)))
    tally.gaps += _list_gaps(check, view)
    pairs = [(_finding(view.rule, check, judged, severity), judged) for judged, severity in failed]
    pairs.sort(key=lambda pair: _finding_order(pair[0]))
    findings = [
        replace(finding, trace=trace(check, judged)) if number < MOST_TRACES else finding
        for number, (finding, judged) in enumerate(pairs)
    ]
    tally.findings = [_grouped(view, check, findings)] if check.group and findings else findings
    return tally


def applying(
    check: Check, dataset: Dataset, where: Decider, judged_of: Callable[[Record], Judged]
) -> Iterator[tuple[Judged, Truth]]:
    """Yield each record that the check's `where` doesn't leave out, with whether the check applies to it.

    If nothing but a record's own fields decides that, it is decided once for each combination of their values, which are few.
    """
    names = own_fields(check.where)
    if names is None or dataset.kind in ANSWER_KINDS:
        keys: Iterable[tuple[Value, ...] | None] = repeat(None)
    else:
        keys = zip(*map(dataset.column, names), strict=True) if names else repeat(())
    known: dict[tuple[Value, ...], Truth] = {}
    for record, key in zip(dataset.rows(), keys, strict=False):
        decidable = key if key in known and not record.notes else None
        if decidable is not None and known[decidable] is False:
            continue
        judged = judged_of(record)
        applies = known[decidable] if decidable is not None else where(judged)
        if key is not None and decidable is None and not record.notes and len(known) < _MOST_COMBINATIONS:
            known[key] = applies
        if applies is not False:
            yield judged, applies


_MOST_COMBINATIONS = 1_000
"""Maximum number of combinations of values that are remembered; a field with more, such as an amount, has others in most records."""


def _finding_order(finding: Finding) -> tuple[str, str, str, str]:
    return fold(finding.subject.key), finding.subject.kind, finding.message, finding.where[0].label


def _severity(check: Check, judged: Judged) -> Severity:
    eased = check.eased_when is not None and decide(check.eased_when, judged) is True
    return check.severity.milder if eased else check.severity


def _list_gaps(check: Check, view: View) -> Iterator[Gap]:
    """Yield the gaps of the judged lists that are incomplete: a rule passes only if it saw every record.

    Of alternative kinds (`each_any`), only those with records must be complete; if none is there, all are missing.
    """
    kinds = check.each
    if check.any_suffices:
        kinds = tuple(kind for kind in kinds if view.dataset(kind).scope is not Scope.MISSING) or kinds
    for kind in kinds:
        yield from _gaps_of_kind(check, kind, view)


def _gaps_of_kind(check: Check, kind: str, view: View) -> Iterator[Gap]:
    dataset = view.dataset(kind)
    if dataset.scope in (Scope.WHOLE, Scope.PERIOD, Scope.WAITING) or (KINDS[kind].single and dataset.rows()):
        return
    if dataset.scope is not Scope.ACTIVE:
        yield list_gap(dataset)
    elif not _skips_inactive(check, kind, view):
        yield inactive_gap(dataset)


def _skips_inactive(check: Check, kind: str, view: View) -> bool:
    """Return whether the check's `where` excludes every inactive record."""
    active = KINDS[kind].active
    if active is None or check.where is None:
        return False
    record = Record(kind=kind, key="", fields={active: False}, where=Location(""))
    return decide(check.where, Inactive(view, {}, record)) is False


# -- findings


def _finding(rule: Rule, check: Check, judged: Judged, severity: Severity) -> Finding:
    record = judged.record
    sheet = KINDS[record.kind].sheet
    own = [ref for ref in refs(_failed_part(check.expect, judged) if sheet else check.expect) if ref.owner == SUBJECT]
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


def _failed_part(condition: Condition, judged: Judged) -> Condition:
    """Return the part of a failed condition that failed first. For a record of facts, it shows which fact is wrong."""
    if isinstance(condition, All):
        return next((_failed_part(part, judged) for part in condition.parts if decide(part, judged) is False), condition)
    return condition


_MOST_NAMES = 5
"""Maximum number of names that the message of a group lists."""


def _grouped(view: View, check: Check, findings: list[Finding]) -> Finding:
    """Return all failures of a check as one finding, keyed by the check's name."""
    rule = view.rule
    first = min(findings, key=lambda finding: finding.severity.rank)
    names = [finding.subject.key for finding in findings]
    listed = "; ".join(names[:_MOST_NAMES]) + (f" and {len(names) - _MOST_NAMES:,} more" if names[_MOST_NAMES:] else "")
    kind = first.subject.kind
    return Finding(
        fingerprint=_fingerprint(view, rule, check, kind, check.name),
        check=first.check,
        severity=first.severity,
        subject=Thing(kind, check.name),
        at_fault=Thing(first.at_fault.kind, check.name),
        message=_fill(check.failure, {"count": f"{len(names):,}", "names": listed}),
        observed={"names": "; ".join(names)},
        expected=first.expected,
        where=tuple(finding.where[0] for finding in findings),
        blocks=any(finding.blocks for finding in findings),
        is_group=True,
        members=tuple(names),
        trace=findings[0].trace,
    )


def _observed(rule: Rule, check: Check, judged: Judged) -> Mapping[str, str | None]:
    """Return the values that the condition read, and those in the steps of the fix."""
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
    """Return what a placeholder of a message or step becomes, as people write it."""
    first, _, rest = word.partition(".")
    record, kind = judged.record.kind, judged.lookups[first].related.kind if first in judged.lookups else ""
    if word.startswith(PARAMETER + "."):
        value: Value = judged.view.parameter(rest)
        described = None
    elif word.startswith(ANSWERS + "."):
        name = word.removeprefix(ANSWERS + ".")
        value, described = judged.value(Ref(ANSWERS, name, Type.TEXT)), KINDS[ANSWERS_KIND].fields.get(name)
    elif word.removeprefix("$").startswith(ACCOUNT + "."):
        name = word.removeprefix("$").removeprefix(ACCOUNT + ".")
        value, described = judged.value(Ref(ACCOUNT, name, Type.TEXT)), KINDS[ACCOUNT].fields.get(name)
    elif rest and kind:
        value, described = judged.value(Ref(first, rest, Type.TEXT)), KINDS[kind].fields.get(rest)
    else:
        value, described = judged.value(Ref(SUBJECT, word, Type.TEXT)), KINDS[record].fields.get(word)
    if value is UNSET:
        return "(none)"
    world = judged.view.world
    return "(not known)" if isinstance(value, Unknown) else readable(value, described, zone_of(world.now.account, world.at))


def _fill(text: str, words: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)


def _at_fault(check: Check, judged: Judged, subject: Thing) -> Thing:
    if check.at_fault is None:
        return Thing(KINDS[subject.kind].at_fault, subject.key)
    if check.at_fault.key is None:
        return Thing(check.at_fault.kind, subject.key)
    return Thing(check.at_fault.kind, shown(judged.value(check.at_fault.key)) or subject.key)


def _blocks(check: Check, judged: Judged, severity: Severity) -> bool:
    """Return whether a finding blocks transactions. Without `blocks_when`, or if it is unknown, an error blocks."""
    truth = decide(check.blocks_when, judged) if check.blocks_when is not None else None
    return severity is Severity.ERROR if truth is None else truth


def _places(check: Check, judged: Judged, own: list[Ref], key: str) -> tuple[Place, ...]:
    """Return where to look: the field if its place is known (the line of an answer), else the record; then related records."""
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
    return fingerprint(view.world.now.account.name or "", rule.id, check.name if rule.named_checks else "", kind, key)


def _given_words(condition: Condition, judged: Judged) -> str:
    """Return why a rule doesn't apply: the facts that its `given` read, in words."""
    facts = dict.fromkeys(
        f"“{question(ref.owner, ref.field)}” {_fact_words(judged.value(ref))}"
        for ref in refs(condition)
        if ref.owner != PARAMETER
    )
    return "; ".join(facts)


def _fact_words(value: Value) -> str:
    return "none" if value is UNSET else shown(value) or "not known"
