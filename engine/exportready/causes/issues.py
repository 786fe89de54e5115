"""A problem that no other explains, as people are told of it: subjects, words, what to do, and the rules that made it key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from exportready.causes.problems import FINDING, Problem, message_of, number_of
from exportready.causes.remedies import remedy, title
from exportready.kinds import AT_FAULT
from exportready.kinds.messages import RETRY
from exportready.kinds.references import ESTABLISHED, INFERRED
from exportready.model.fix import filled
from exportready.model.inference import Conclusion
from exportready.model.report import Cleared, InferenceStep, KeyIssue, Thing
from exportready.model.rules import PLACEHOLDER, FixSteps, Severity


def issue(
    problem: Problem,
    id_: str,
    cleared: tuple[Cleared, Cleared],
    concluded: Mapping[str, Sequence[Conclusion]],
    by_id: Mapping[str, Problem],
    marked: Mapping[str, set[str]],
    members: frozenset[str],
    shaky: bool,
) -> KeyIssue:
    """The key issue that a problem is. `concluded`: what was concluded of each problem; `members`: the problems that go with it;
    `shaky`: what depends on it is inferred alone."""
    rule = problem.findings[0][0].rule if problem.sort == FINDING else None
    return KeyIssue(
        id=id_,
        rule=rule.id if rule else "",
        code="" if rule else (problem.code or problem.what),
        subjects=_subjects(problem),
        message=told(problem),
        fix=_filled(rule.fix, problem) if rule else remedy(problem.what, problem.sort, problem.code),
        certainty=INFERRED if shaky else ESTABLISHED,
        retry=problem.id in marked["retry"] or problem.sort == RETRY,
        gates=problem.id in marked["gates"],
        severity=min((finding.severity for _, finding in problem.findings), key=lambda one: one.rank, default=Severity.ERROR),
        alone=cleared[0],
        shared=cleared[1],
        facts=tuple(_facts(problem)),
        reasons=tuple(_reasons(members, concluded, by_id)),
    )


def _filled(fix: FixSteps, problem: Problem) -> FixSteps:
    """Return the fix with the values that all findings of the problem share."""
    findings = [finding for _, finding in problem.findings]
    return replace(fix, steps=filled(fix.steps, findings), many_steps=filled(fix.many_steps, findings))


def _subjects(problem: Problem) -> tuple[Thing, ...]:
    """What is at fault, and the records that show it."""
    kind, name = problem.object
    own = [Thing(kind, problem.name or name)] if kind in AT_FAULT and problem.sort != FINDING else []
    shown = [finding.at_fault for _, finding in problem.findings] + [finding.subject for _, finding in problem.findings]
    named = [Thing("transaction", number) for one in problem.errors if isinstance(number := one.get("transaction"), str)]
    return tuple(dict.fromkeys((*own, *shown, *named)))


def told(problem: Problem) -> str:
    """What is wrong, in a sentence."""
    if problem.sort == FINDING:
        return problem.findings[0][1].message
    return title(problem.object[0], problem.name, problem.sort, message_of(problem.errors[0]))


def _facts(problem: Problem) -> Iterable[str]:
    for _, finding in problem.findings:
        where = finding.where[0].location if finding.where else None
        yield finding.message + (f" ({where.path}{f':{where.line}' if where.line else ''})" if where else "")
    for error in problem.errors:
        number, where = error.get("transaction"), error.where
        place = f"{where.path}{f':{where.line}' if where.line else ''}"
        message = message_of(error)
        yield (f"{number}: " if isinstance(number, str) else "") + f"{message} ({place})"


def _reasons(
    members: frozenset[str], concluded: Mapping[str, Sequence[Conclusion]], by_id: Mapping[str, Problem]
) -> Iterable[InferenceStep]:
    """The rules that fired for it and what depends on it, in the order of their groups; each once, with its firings."""
    fired: dict[str, list[Conclusion]] = {}
    for one in (one for member in sorted(members, key=number_of) for one in concluded.get(member, ())):
        fired.setdefault(one.rule.name, []).append(one)
    for some in sorted(fired.values(), key=lambda some: (some[0].rule.group, some[0].rule.name)):
        shown = [tuple(_problems_of(one, by_id)) for one in some]
        rule, names = some[0].rule, {name: told(by_id[id_]) for name, id_ in _entries(some[0])}
        words = PLACEHOLDER.sub(lambda found, names=names: names.get(found[1], found[1]), rule.because)  # type: ignore[misc]
        yield InferenceStep(
            rule=rule.name,
            words=words,
            facts=tuple(dict.fromkeys(fact for facts in shown for fact in facts)),
            certainty=rule.certainty,
            source=rule.source,
        )


def _entries(one: Conclusion) -> Iterable[tuple[str, str]]:
    """(entry of `when`, problem that it was)."""
    return ((name, id_) for name, known in one.by if known.kind == "problem" and (id_ := known.get("id")) is not None)


def _problems_of(one: Conclusion, by_id: Mapping[str, Problem]) -> Iterable[str]:
    """One firing, its entries together."""
    yield "; ".join(f"{name}: {told(by_id[id_])}" for name, id_ in _entries(one))


def first(one: KeyIssue) -> tuple[object, ...]:
    """Conditions of the session, then what most waits on, then what is only to be retried."""
    blocked = one.blocked_count
    return (not one.gates, one.severity.rank if not blocked else -1, -blocked, one.retry, one.message, one.id)
