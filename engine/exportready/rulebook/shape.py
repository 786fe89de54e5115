"""The shape of a rule file: to check it, and as JSON Schema for editors."""

from __future__ import annotations

from typing import Any

from exportready.kinds import AT_FAULT
from exportready.model.rules import About, Phase, Severity
from exportready.schema.shapes import Anything, Choice, Key, ListOf, MapOf, Number, Object, Text, YesNo
from exportready.schema.times import AGE, DAY, LASTS, TIME


class _Condition(Anything, frozen=True):
    """A condition, checked by `conditions.Reader`. It can't be empty, since an empty one would be true of every record."""

    may_be_empty = False


_CONDITION = _Condition(
    {
        "type": "object",
        "description": "field: test. A plain value tests for equality, a list for one of its values. Other tests: present, absent, "
        "not, any, all, at_least, at_most, above, below, matches, max_length, contains, same_as",
    }
)
_SEVERITY = Choice(tuple(severity.value for severity in Severity))
_KINDS = ListOf(Text(), or_one=True, least=1)

RELATED = Object(
    {
        "kind": Key(Text(), "the kind of record to look for; before.KIND reads the earlier snapshot", required=True),
        "match": Key(MapOf(Anything()), "field: the value it must equal. Without it, the kind's only record"),
        "where": Key(_CONDITION, "which of these records to look at"),
        "many": Key(YesNo(), "true if several records can match; then only present and absent can be tested"),
    }
)
CHECK_KEYS = {
    "each": Key(_KINDS, "the kinds of records to check; all of them are needed"),
    "each_any": Key(_KINDS, "the kinds of records to check; one of them is enough"),
    "related": Key(MapOf(RELATED), "other records, found by their fields"),
    "where": Key(_CONDITION, "which records to check"),
    "expect": Key(_CONDITION, "what must be true of each record"),
    "failure": Key(Text(), "what is wrong, with {fields}"),
    "group": Key(YesNo(), "true to report all failures as one finding, with {count} and {names} in its failure text"),
    "eased_when": Key(_CONDITION, "when to report the finding with the next lower severity"),
    "blocks_when": Key(_CONDITION, "when the finding blocks transactions that use the object at fault"),
    "at_fault": Key(
        Object({"kind": Key(Choice(AT_FAULT), required=True), "key": Key(Text(r"\$.+"), "a field, such as $code")}),
        "the object to fix; without it, the checked record",
    ),
}
CHECK = Object(
    {
        "name": Key(Text(r"[a-z][a-z0-9-]*"), "part of the fingerprints of its findings", required=True),
        **CHECK_KEYS,
        "severity": Key(_SEVERITY, "only if it differs from the rule's"),
    }
)
EXAMPLE = Object(
    {
        "name": Key(Text(), "what this example shows", required=True),
        "evidence": Key(MapOf(ListOf(MapOf(Anything()))), "kind: all of its records"),
        "before": Key(MapOf(ListOf(MapOf(Anything()))), "the evidence of the earlier snapshot"),
        "answers": Key(MapOf(Anything()), "answers, as under `settings` in account.yaml"),
        "partial": Key(ListOf(Text()), "kinds for which the evidence has only some of the records"),
        "at": Key(TIME, "when the check runs"),
        "takenAt": Key(TIME, "when the evidence was exported; without it, when the check runs"),
        "outcome": Key(Choice(("passed", "failed", "cannot_tell", "not_applicable")), required=True),
        "findings": Key(ListOf(Text()), "the keys of all findings (`check: key` if the rule has checks)"),
    }
)
CONFIRM = Object(
    {
        "fact": Key(
            Text(r"[a-z][a-z0-9-]*"), "what is looked at; rules with the same fact ask the same question", required=True
        ),
        "question": Key(Text(), "what a person is asked; yes must mean that all is well", required=True),
        "why": Key(Text(), "why the files don't show it"),
        "steps": Key(ListOf(Text(), least=1), "where to look, with the names on the screen", required=True),
        "yes": Key(Text(), "the answer that means that all is well", required=True),
        "no": Key(Text(), "the answer that means that something is wrong", required=True),
        "minutes": Key(
            Number(whole=True, least=1), "how long it takes to look, without `seconds_each` transaction", required=True
        ),
        "seconds_each": Key(Number(whole=True, least=1), "how long each pending transaction takes in addition"),
        "fills": Key(
            ListOf(Text(), least=1),
            "the kinds of records whose absence the look makes up for; without it, any that the rule reads",
        ),
        "lasts": Key(LASTS, "how long an answer counts; batch: until the batch changes", required=True),
    }
)
RULE = Object(
    {
        "id": Key(Text(r"[a-z][a-z0-9-]*/[a-z][a-z0-9-]*"), "area/name, the same as the file's path", required=True),
        "title": Key(Text(), "what must be true", required=True),
        "problem": Key(Text(), "what is wrong when the rule fails, as a heading"),
        "severity": Key(_SEVERITY, required=True),
        "phase": Key(Choice(tuple(phase.value for phase in Phase)), required=True),
        "about": Key(
            Choice(tuple(about.value for about in About)),
            "what it judges: the session, the setup, the pending batch, or what arrived in the books",
            required=True,
        ),
        "confirm": Key(CONFIRM, "how a person can decide it where the files can't; without it, no one can"),
        "source": Key(
            Object(
                {
                    "document": Key(Text(), required=True),
                    "section": Key(Text(), required=True),
                    "updated": Key(DAY, "the date of the version of the document that the rule follows", required=True),
                    "note": Key(Text(), "where sources disagree, or what was concluded"),
                }
            ),
            "the document that the rule comes from",
            required=True,
        ),
        "why": Key(Text(), "why it matters to this export", required=True),
        "given": Key(
            _CONDITION, "a condition on $answers.PATH and derived.account.FIELD; the rule doesn't apply where it is false"
        ),
        "checks": Key(ListOf(CHECK, least=1), "the parts of a rule that has several"),
        **CHECK_KEYS,
        "max_age": Key(MapOf(AGE), "kind or $answers.PATH: its maximum age"),
        "parameters": Key(MapOf(Anything()), "name: default"),
        "fix": Key(
            Object(
                {
                    "who": Key(Text(), required=True),
                    "minutes": Key(Number(whole=True, least=1), required=True),
                    "steps": Key(ListOf(Text(), least=1), "what to click, with the names on the screen", required=True),
                    "many": Key(
                        Object(
                            {
                                "above": Key(Number(whole=True, least=1), required=True),
                                "steps": Key(ListOf(Text(), least=1), required=True),
                            }
                        ),
                        "quicker steps for many records",
                    ),
                }
            ),
            required=True,
        ),
        "waivers": Key(
            Object(
                {
                    "allowed": Key(YesNo(), "false if findings of this rule can't be waived"),
                    "longest": Key(AGE, "how far in the future a waiver can expire, such as 90d"),
                }
            ),
            "whether findings can be waived, and for how long",
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
