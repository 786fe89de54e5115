"""Read the rules of a saved result: their outcomes, gaps and findings, and the notes on the findings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from exportready.account.questions import question_for
from exportready.kinds import way
from exportready.model.evidence import Confirmed, Location
from exportready.model.questions import OpenQuestion
from exportready.model.reasons import Channel, Reason
from exportready.model.report import (
    Clause,
    Finding,
    Gap,
    Notes,
    Outcome,
    Place,
    RuleResult,
    Snippet,
    Waiver,
    numbered,
)
from exportready.model.rules import About, All, Check, Confirm, FixSteps, Phase, Rule, Severity
from exportready.results.values import Json, citation, text, thing, time_or_none
from exportready.schema.times import parse_lasts


def rule_result(data: Json) -> RuleResult:
    """Return a rule with its outcome."""
    return RuleResult(
        rule=_rule(data),
        outcome=Outcome(data["outcome"]),
        reason=text(data["reason"]),
        cause=_cause(data) if data["outcome"] == Outcome.CANNOT_TELL.value else None,
        checked=int(data["checked"]),
        undecided=int(data["undecided"]),
        gaps=tuple(map(_gap, data["gaps"])),
        findings=tuple(numbered(map(_finding, data["findings"]))),
        confirmed=_confirmed(data["confirmed"]) if data.get("confirmed") else None,
    )


def notes(rules: Sequence[Json], results: Sequence[RuleResult]) -> Notes:
    """Return what waivers, the baseline, the key issues and the files' lines say about the findings."""
    pairs = [
        (finding.id, data)
        for rule, result in zip(rules, results, strict=True)
        for finding, data in zip(result.findings, rule["findings"], strict=True)
    ]
    return Notes(
        waivers={id_: _waiver(data["waiver"]) for id_, data in pairs if data["waiver"] is not None},
        refusals={id_: text(data["note"]) for id_, data in pairs if data.get("note")},
        known=frozenset(id_ for id_, data in pairs if data.get("known", False)),
        key_issues={id_: tuple(data["key_issues"]) for id_, data in pairs},
        batches={id_: tuple(data["batches"]) for id_, data in pairs},
        excerpts={
            _place(place).location: _snippet(place["snippet"])
            for _, data in pairs
            for place in data["where"]
            if place.get("snippet")
        },
    )


def questions(data: Json, results: Sequence[RuleResult]) -> tuple[OpenQuestion, ...]:
    """Return what a person can answer. Older results only have it in the gaps of their rules."""
    if "questions" in data:
        return tuple(msgspec.convert(one, OpenQuestion) for one in data["questions"])
    rules_by_path: dict[str, list[str]] = {}
    for result in results:
        for gap in result.gaps if result.has_unknowns else ():
            if gap.question:
                rules_by_path.setdefault(gap.question, []).append(result.rule.id)
    asked = ((question_for(path), tuple(dict.fromkeys(rules))) for path, rules in rules_by_path.items())
    return tuple(OpenQuestion(question=question, rules=rules) for question, rules in asked)


def _rule(data: Json) -> Rule:
    """Return the parts of a rule that reporters show. Its conditions aren't saved, since nothing is checked again."""
    fix, many = data["fix"], data["fix"]["many"] or {}
    template = fix.get("template", {"steps": fix["steps"], "many": many.get("steps", ())})
    grade = Severity(data.get("grade", data["severity"]))
    return Rule(
        id=text(data["id"]),
        title=text(data["title"]),
        severity=Severity(data["severity"]),
        phase=Phase(data["phase"]),
        about=About(data["about"]) if data.get("about") else None,
        confirm=_confirm(data["confirm"]) if data.get("confirm") else None,
        source=citation(data["source"]),
        why=text(data["why"]),
        problem=data.get("problem", ""),
        given=None,
        checks=(_check_of_grade(grade),),
        named_checks=False,
        max_age={},
        parameters={},
        fix=FixSteps(
            who=fix["who"],
            minutes=fix["minutes"],
            steps=tuple(template["steps"]),
            many_above=many.get("above"),
            many_steps=tuple(template["many"]),
        ),
        examples=(),
        where=Location(""),
        digest=data.get("digest", ""),
    )


def _confirm(data: Json) -> Confirm:
    return Confirm(
        fact=text(data["fact"]),
        question=text(data["question"]),
        why=data.get("why", ""),
        steps=tuple(map(text, data["steps"])),
        yes=text(data["yes"]),
        no=text(data["no"]),
        minutes=int(data["minutes"]),
        seconds_each=int(data.get("seconds_each", 0)),
        lasts=parse_lasts(text(data["lasts"])),
        fills=tuple(data.get("fills", ())),
    )


def _confirmed(data: Json) -> Confirmed:
    return Confirmed(by=text(data["by"]), at=datetime.fromisoformat(data["at"]), until=time_or_none(data["until"]))


def _check_of_grade(grade: Severity) -> Check:
    """Return an empty check, so that the rule has the worst grade that its checks had."""
    return Check(
        name="",
        each=(),
        any_suffices=False,
        related=(),
        where=None,
        expect=All(()),
        failure="",
        severity=grade,
        group=False,
        eased_when=None,
        blocks_when=None,
        at_fault=None,
    )


def _cause(data: Json) -> Reason:
    """Return why something is not known; older results don't say."""
    return Reason(data["cause"]) if "cause" in data else Reason.INCONCLUSIVE


def _gap(data: Json) -> Gap:
    """Return a gap. Older results don't say how to fill it; then it is the usual way for its kind."""
    kind, field = text(data["kind"]), data["field"]
    if "channel" in data:
        channel, also, question = Channel(data["channel"]), tuple(map(Channel, data.get("also", ()))), data.get("question", "")
        integrator = data.get("integrator", "")
    else:
        usual = way(kind, field)
        channel, also, question, integrator = usual.channel, usual.also, usual.question, usual.integrator
    return Gap(
        kind=kind,
        field=field,
        subject=data["subject"],
        reason=text(data["reason"]),
        supply=text(data["supply"]),
        cause=_cause(data),
        channel=channel,
        also=also,
        integrator=integrator,
        question=question,
        source=data.get("source", ""),
    )


def _finding(data: Json) -> Finding:
    return Finding(
        fingerprint=text(data["fingerprint"]),
        check=data["check"],
        severity=Severity(data["severity"]),
        subject=thing(data["subject"]),
        at_fault=thing(data["at_fault"]),
        message=text(data["message"]),
        observed=dict(data["observed"]),
        expected=dict(data["expected"]),
        where=tuple(map(_place, data["where"])),
        blocks=data["blocks"],
        is_group=data.get("group", False),
        members=_members(data) if data.get("group") else (),
        answered_at=time_or_none(data.get("told_at")),
        trace=tuple(map(_clause, data.get("trace", ()))),
    )


def _members(data: Json) -> tuple[str, ...]:
    """Return the members of a group; older results have them only as the labels of its places."""
    return tuple(map(text, data["members"] if "members" in data else [place["label"] for place in data["where"]]))


def _place(data: Json) -> Place:
    return Place(Location(text(data["path"]), data["line"], data["pointer"]), data["label"])


def _snippet(data: Json) -> Snippet:
    return Snippet(first=data["first"], lines=tuple(data["lines"]), line=data["line"], mark=_mark(data["mark"]))


def _mark(columns: list[int]) -> tuple[int, int]:
    start, end = columns
    return start, end


def _clause(data: Json) -> Clause:
    return Clause(
        part=data["part"],
        of=data["of"],
        field=data["field"],
        expected=data["wanted"],
        observed=data["observed"],
        is_met=data["holds"],
    )


def _waiver(data: Json) -> Waiver:
    fields = {name: text(data[name]) for name in ("rule", "account", "subject", "owner", "reason", "ticket")}
    where = Location(data["where"]["path"], data["where"]["line"])
    return Waiver(**fields, expires=date.fromisoformat(data["expires"]), where=where)
