"""Describe a key issue for people: subjects, message, what to do, and the inference steps that made it key."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from exportready.causes.key_issues import Traced
from exportready.causes.problems import FINDING, Problem, message_of, number_of
from exportready.causes.remedies import remedy
from exportready.causes.titles import title
from exportready.kinds import AT_FAULT
from exportready.kinds.messages import RETRY
from exportready.kinds.references import ESTABLISHED, INFERRED
from exportready.model.fix import filled
from exportready.model.inference import Conclusion
from exportready.model.report import Cleared, InferenceStep, KeyIssue, Thing
from exportready.model.rules import PLACEHOLDER, FixSteps, Severity


def issue(key: str, cleared: tuple[Cleared, Cleared], traced: Traced) -> KeyIssue:
    """Return the key issue of a key problem. `cleared`: what clears when it alone is fixed, and when others are fixed too."""
    problem = traced.problems[key]
    rule = problem.findings[0][0].rule if problem.sort == FINDING else None
    alone, shared = cleared
    return KeyIssue(
        id=traced.public[key],
        rule=rule.id if rule else "",
        code="" if rule else (problem.code or problem.what),
        subjects=_subjects(problem),
        message=describe(problem),
        fix=_filled(rule.fix, problem) if rule else remedy(problem.steps),
        certainty=INFERRED if key in traced.uncertain else ESTABLISHED,
        retry=key in traced.marked["retry"] or problem.sort == RETRY,
        gates=key in traced.marked["gates"],
        severity=min((finding.severity for _, finding in problem.findings), key=lambda one: one.rank, default=Severity.ERROR),
        alone=alone,
        shared=shared,
        facts=tuple(_facts(problem)),
        reasons=tuple(_steps(traced.members[key], traced)),
    )


def _filled(fix: FixSteps, problem: Problem) -> FixSteps:
    """Return the fix, filled in with the values that all findings of the problem share."""
    findings = [finding for _, finding in problem.findings]
    return replace(fix, steps=filled(fix.steps, findings), many_steps=filled(fix.many_steps, findings))


def _subjects(problem: Problem) -> tuple[Thing, ...]:
    """Return the objects at fault, then the records that show the problem."""
    kind, name = problem.object
    is_named = kind in AT_FAULT and problem.sort != FINDING and not problem.by_id
    own = [Thing(kind, problem.name or name)] if is_named else []
    shown = [finding.at_fault for _, finding in problem.findings] + [finding.subject for _, finding in problem.findings]
    named = [Thing("transaction", number) for one in problem.errors if isinstance(number := one.get("transaction"), str)]
    return tuple(dict.fromkeys((*own, *shown, *named)))


def describe(problem: Problem) -> str:
    """Return what is wrong, in a sentence."""
    if problem.sort == FINDING:
        return problem.findings[0][1].message
    return title(problem)


def _facts(problem: Problem) -> Iterable[str]:
    """Yield the findings and errors of a problem in words, each with its file and line."""
    for _, finding in problem.findings:
        where = finding.where[0].location if finding.where else None
        yield finding.message + (f" ({where.path}{f':{where.line}' if where.line else ''})" if where else "")
    if problem.suspect is not None:
        where = problem.suspect.record.where
        yield f"{problem.suspect.text} ({where.path}{f':{where.line}' if where.line else ''})"
    for error in problem.errors:
        number, where = error.get("transaction"), error.where
        place = f"{where.path}{f':{where.line}' if where.line else ''}"
        message = message_of(error)
        yield (f"{number}: " if isinstance(number, str) else "") + f"{message} ({place})"


def _steps(members: Iterable[str], traced: Traced) -> Iterable[InferenceStep]:
    """Yield each inference rule that fired for some problems once, with all its firings, ordered by group."""
    fired: dict[str, list[Conclusion]] = {}
    for problem in sorted(members, key=number_of):
        for conclusion in traced.conclusions.get(problem, ()):
            fired.setdefault(conclusion.rule.name, []).append(conclusion)
    for some in sorted(fired.values(), key=lambda some: (some[0].rule.group, some[0].rule.name)):
        rule, names = some[0].rule, {name: describe(traced.problems[id_]) for name, id_ in _entries(some[0])}
        words = PLACEHOLDER.sub(lambda found, names=names: names.get(found[1], found[1]), rule.because)  # type: ignore[misc]
        yield InferenceStep(
            rule=rule.name,
            words=words,
            facts=tuple(dict.fromkeys(_firing(one, traced) for one in some)),
            certainty=rule.certainty,
            source=rule.source,
        )


def _entries(one: Conclusion) -> Iterable[tuple[str, str]]:
    """Return an (entry of `when`, id of the matching problem) pair for each entry that is a problem."""
    return ((name, id_) for name, known in one.by if known.kind == "problem" and (id_ := known.get("id")) is not None)


def _firing(one: Conclusion, traced: Traced) -> str:
    """Describe one firing of a rule: its entries with the problems that matched."""
    return "; ".join(f"{name}: {describe(traced.problems[id_])}" for name, id_ in _entries(one))


def order(one: KeyIssue) -> tuple[object, ...]:
    """Return the sort key of a key issue: session conditions first, then what blocks most, then what only needs a retry."""
    blocked = one.blocked_count
    return (not one.gates, one.severity.rank if not blocked else -1, -blocked, one.retry, one.message, one.id)
