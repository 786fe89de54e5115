"""What a rule file may hold: for reading it, and as JSON Schema for editors."""

from __future__ import annotations

from typing import Any

from exportready.kinds import AT_FAULT
from exportready.model.rules import Phase, Severity
from exportready.schema.shapes import Anything, Choice, Key, ListOf, MapOf, Number, Object, Text, YesNo
from exportready.schema.times import AGE, DAY, TIME


class _Condition(Anything, frozen=True):
    """A condition, read by `conditions.Reader`. A key with nothing after it is none: it would hold for every record."""

    may_be_empty = False


_CONDITION = _Condition(
    {
        "type": "object",
        "description": "field: test. A scalar is equality, a list is one-of; present, absent, not, any, all, at_least, at_most, "
        "above, below, matches, max_length, contains, same_as",
    }
)
_SEVERITY = Choice(tuple(severity.value for severity in Severity))
_KINDS = ListOf(Text(), or_one=True, least=1)

RELATED = Object(
    {
        "kind": Key(Text(), "the kind of record to look for; before.KIND reads the earlier snapshot", required=True),
        "match": Key(MapOf(Anything()), "its field: what it must equal. Without it, the kind's only record"),
        "where": Key(_CONDITION, "which of them count"),
        "many": Key(YesNo(), "several may be found; then only present and absent may be asked"),
    }
)
CHECK_KEYS = {
    "each": Key(_KINDS, "the kinds of record that are judged, all of them"),
    "each_any": Key(_KINDS, "the kinds of record that are judged; one of them suffices"),
    "related": Key(MapOf(RELATED), "other records, found by their fields"),
    "where": Key(_CONDITION, "which records are judged"),
    "expect": Key(_CONDITION, "what must be true of each"),
    "failure": Key(Text(), "what is wrong, with {fields}"),
    "group": Key(YesNo(), "all failures are one finding, with {count} and {names} in its failure text"),
    "eased_when": Key(_CONDITION, "then the finding is one grade milder"),
    "blocks_when": Key(_CONDITION, "then transactions that use the object at fault wait"),
    "at_fault": Key(
        Object({"kind": Key(Choice(AT_FAULT), required=True), "key": Key(Text(r"\$.+"), "a field, such as $code")}),
        "the object to mend; without it, the subject",
    ),
}
CHECK = Object(
    {
        "name": Key(Text(r"[a-z][a-z0-9-]*"), "enters the fingerprint", required=True),
        **CHECK_KEYS,
        "severity": Key(_SEVERITY, "where it differs from the rule's"),
    }
)
EXAMPLE = Object(
    {
        "name": Key(Text(), "what this example shows", required=True),
        "evidence": Key(MapOf(ListOf(MapOf(Anything()))), "kind: its records; a kind listed is whole"),
        "before": Key(MapOf(ListOf(MapOf(Anything()))), "the earlier snapshot"),
        "answers": Key(MapOf(Anything()), "as below `settings` in account.yaml"),
        "partial": Key(ListOf(Text()), "kinds of the evidence that are not whole"),
        "at": Key(TIME, "when the check runs"),
        "takenAt": Key(TIME, "when the evidence was made; without it, when the check runs"),
        "outcome": Key(Choice(("passed", "failed", "cannot_tell", "not_applicable")), required=True),
        "findings": Key(ListOf(Text()), "the keys of the findings, all of them (check: key where there are checks)"),
    }
)
RULE = Object(
    {
        "id": Key(Text(r"[a-z][a-z0-9-]*/[a-z][a-z0-9-]*"), "area/name, the same as the file's path", required=True),
        "title": Key(Text(), "what must be true", required=True),
        "problem": Key(Text(), "the title turned round: the heading over what fails it"),
        "severity": Key(_SEVERITY, required=True),
        "phase": Key(Choice(tuple(phase.value for phase in Phase)), required=True),
        "source": Key(
            Object(
                {
                    "document": Key(Text(), required=True),
                    "section": Key(Text(), required=True),
                    "updated": Key(DAY, "the day of the document that was followed", required=True),
                    "note": Key(Text(), "where sources disagree, or what was concluded"),
                }
            ),
            "where the practice is written down",
            required=True,
        ),
        "why": Key(Text(), "why it matters to this export", required=True),
        "given": Key(
            _CONDITION, "on the account: $answers.PATH and derived.account.FIELD; where false the rule does not apply"
        ),
        "checks": Key(ListOf(CHECK, least=1), "where the practice has several parts"),
        **CHECK_KEYS,
        "max_age": Key(MapOf(AGE), "kind or $answers.PATH: how old it may be"),
        "parameters": Key(MapOf(Anything()), "name: default"),
        "fix": Key(
            Object(
                {
                    "who": Key(Text(), required=True),
                    "minutes": Key(Number(whole=True, least=1), required=True),
                    "steps": Key(ListOf(Text(), least=1), "the clicks, in the product's own words", required=True),
                    "many": Key(
                        Object(
                            {
                                "above": Key(Number(whole=True, least=1), required=True),
                                "steps": Key(ListOf(Text(), least=1), required=True),
                            }
                        ),
                        "what to do when there are more than a few",
                    ),
                }
            ),
            required=True,
        ),
        "waivers": Key(
            Object(
                {
                    "allowed": Key(YesNo(), "false: nobody can accept what fails it"),
                    "longest": Key(AGE, "how far ahead a waiver may reach, such as 90d"),
                }
            ),
            "whether, and for how long, a finding may be accepted",
        ),
        "examples": Key(ListOf(EXAMPLE, least=1), "the rule's own tests", required=True),
    }
)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a rule file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ExportReady rule",
        **RULE.schema(),
    }
