"""The JSON Schema of the result, `exportready/result@1`: keys that `write` always writes are required, the others are optional.

Other keys are allowed: keys can be added to the format, and validation must accept the results of newer versions.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from exportready.model.changes import FINDING_KEYS
from exportready.model.reasons import Channel, Reason
from exportready.model.report import Outcome, Verdict
from exportready.model.rules import About, Phase, Severity
from exportready.results.write import FORMAT, JSON_SIDES

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
YES_NO: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
LINE: Schema = {"type": "integer", "minimum": 1}
MONEY: Schema = {"type": "string", "pattern": r"^-?\d+(\.\d+)?(E[+-]?\d+)?$", "description": "a decimal number"}
TIME: Schema = {"type": "string", "format": "date-time", "description": "ISO 8601, with its offset"}
DAY: Schema = {"type": "string", "format": "date"}
TEXTS: Schema = {"type": "array", "items": TEXT}
CERTAINTY: Schema = {"enum": ["established", "inferred"]}


def _object(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None, about: str = "") -> Schema:
    described = {"description": about} if about else {}
    return {"type": "object", **described, "required": list(required), "properties": {**required, **(optional or {})}}


def _list(item: Schema, about: str = "") -> Schema:
    return {"type": "array", "items": item, **({"description": about} if about else {})}


def _map(value: Schema, about: str = "") -> Schema:
    return {"type": "object", "additionalProperties": value, **({"description": about} if about else {})}


def _or_null(one: Schema) -> Schema:
    return {"anyOf": [one, {"type": "null"}]}


def _one_of(values: type[Enum]) -> Schema:
    return {"enum": [value.value for value in values]}


def _such_as(values: type[Enum]) -> Schema:
    return {"type": "string", "examples": [value.value for value in values]}


def _as(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


_PHASES: Schema = {"enum": [Phase.BEFORE.value, Phase.AFTER.value]}
_THING = _object({"kind": TEXT, "key": TEXT}, about="a record in ServiceTitan or QuickBooks, identified by kind and key")
_CITATION = _object(
    {"document": TEXT, "section": TEXT, "updated": DAY}, {"note": TEXT}, "the document that the rule comes from"
)
_UNREADABLE = {
    "unreadable": {**COUNT, "description": "number of amounts that aren't known and not in the sum; absent if it is 0"}
}
_CLEARED = _object(
    {"findings": COUNT, "transactions": COUNT, "amount": MONEY}, _UNREADABLE, about="what clears once a key issue is fixed"
)
_STEPS = {"who": TEXT, "minutes": COUNT, "steps": TEXTS}
_SIDE = _object({"count": {"type": "integer"}, "amount": _or_null(MONEY)}, _UNREADABLE)
_PAST_FINDING = _object(dict.fromkeys(("fingerprint", "rule", "severity", "subject", "message"), TEXT))

_SOURCE = _object(
    {
        "path": TEXT,
        "sha256": TEXT,
        "reader": {**TEXT, "description": "the reader for its format; empty if it could not be read"},
        "dated": _or_null(TIME),
        "records": _map(COUNT, "kind: number of records"),
        "complete": {**YES_NO, "description": "all of its lists that the rules use are complete"},
        "error": _or_null(TEXT),
        "notes": TEXTS,
    },
    {
        "error_line": LINE,
        "error_message": {**TEXT, "description": "the error without its line"},
        "doubles": {**TEXTS, "description": "those of the notes that name another file with the same records"},
    },
    "a file of the snapshot, and how it was read",
)
_BATCH = _object(
    {
        "number": TEXT,
        "name": _or_null(TEXT),
        "verdict": _one_of(Verdict),
        "transactions": COUNT,
        "amount": MONEY,
        "waiting": _object({"transactions": COUNT, "amount": MONEY}, _UNREADABLE),
    },
    _UNREADABLE,
)
_WAIVER = _object(
    {
        **dict.fromkeys(("rule", "account", "subject", "owner", "reason", "ticket"), TEXT),
        "expires": DAY,
        "where": _object({"path": TEXT, "line": _or_null(LINE)}),
    },
    about="who accepts the finding, why, and until when",
)
_SNIPPET = _object(
    {"first": LINE, "lines": TEXTS, "line": LINE, "mark": {**_list(COUNT), "minItems": 2, "maxItems": 2}},
    about="lines of the file around a place; `mark` is the start and end of the value on its line, in characters",
)
_PLACE = _object(
    {"path": TEXT, "line": _or_null(LINE), "pointer": _or_null(TEXT), "label": TEXT},
    {"snippet": _SNIPPET},
)
_CLAUSE = _object(
    {
        "part": {"enum": ["where", "expect"]},
        "of": TEXT,
        "field": TEXT,
        "wanted": TEXT,
        "observed": _or_null(TEXT),
        "holds": _or_null(YES_NO),
    },
    about="one part of the rule's condition and its result; `holds` is null if it could not be decided",
)
_FINDING = _object(
    {
        "fingerprint": {**TEXT, "description": "a hash of account, rule, check and subject, but not of line numbers"},
        "check": _or_null(TEXT),
        "severity": _one_of(Severity),
        "subject": _as("thing"),
        "at_fault": _as("thing"),
        "message": TEXT,
        "observed": _map(_or_null(TEXT)),
        "expected": _map(TEXT),
        "where": _list(_as("place")),
        "blocks": {**YES_NO, "description": "transactions that use what is at fault can't be exported"},
        "key_issues": TEXTS,
        "batches": TEXTS,
        "waiver": _or_null(_as("waiver")),
    },
    {
        "note": {**TEXT, "description": "why a waiver for it has no effect"},
        "known": {"const": True, "description": "it is in the baseline"},
        "group": {"const": True, "description": "it is about several records, each with a place"},
        "members": {**TEXTS, "description": "of a group: the keys of its records"},
        "told_at": TIME,
        "trace": _list(_as("clause")),
    },
    "one record, or one group of records, that fails a rule",
)
_CAUSE = {**_such_as(Reason), "description": "why it isn't known, for programs; more values may be added"}
_CHANNEL = {**_such_as(Channel), "description": "how to supply it, for programs; more values may be added"}
_GAP = _object(
    {
        "kind": TEXT,
        "field": _or_null(TEXT),
        "subject": _or_null(TEXT),
        "reason": {**TEXT, "description": "why it isn't known, for people"},
        "supply": {**TEXT, "description": "what to do about it, for people"},
        "cause": _CAUSE,
        "channel": _CHANNEL,
    },
    {
        "also": _list(_CHANNEL, "other ways to supply it"),
        "integrator": {**TEXT, "description": "what an integrator needs to supply it: the request and the file name"},
        "question": {**TEXT, "description": "the path in account.yaml of the answer that supplies it"},
        "source": {**TEXT, "description": "the kind of record that doesn't have it, if that isn't `kind`"},
    },
    "evidence that a rule needs and doesn't have",
)
_CONFIRM = _object(
    {
        "fact": {**TEXT, "description": "what is looked at; rules with the same fact are decided by one look"},
        "question": TEXT,
        "steps": TEXTS,
        "yes": {**TEXT, "description": "the answer that means that all is well"},
        "no": TEXT,
        "minutes": COUNT,
        "lasts": {**TEXT, "description": "batch, or an age such as 4h or 90d"},
    },
    {
        "why": {**TEXT, "description": "why the files don't show it"},
        "fills": {**TEXTS, "description": "the kinds whose absence the look makes up for; without it, all"},
    },
    "how a person can decide a rule where the files can't",
)
_RULE = _object(
    {
        "id": TEXT,
        "area": TEXT,
        "digest": TEXT,
        "title": TEXT,
        "why": TEXT,
        "fix": _object(
            {**_STEPS, "many": _or_null(_object({"above": COUNT, "steps": TEXTS}))},
            {"template": _object({"steps": TEXTS, "many": TEXTS}, about="the rule's own steps, with {fields}")},
        ),
        "source": _as("citation"),
        "severity": _one_of(Severity),
        "grade": _one_of(Severity),
        "phase": _one_of(Phase),
        "about": {
            "enum": [*(about.value for about in About), None],
            "description": "what the rule judges; null in older results",
        },
        "confirm": _or_null(_CONFIRM),
        "outcome": _one_of(Outcome),
        "confirmed": _or_null(_object({"by": TEXT, "at": TIME, "until": _or_null(TIME)})),
        "reason": TEXT,
        "checked": COUNT,
        "undecided": COUNT,
        "failed": COUNT,
        "gaps": _list(_as("gap")),
        "findings": _list(_as("finding")),
    },
    {
        "problem": TEXT,
        "cause": _CAUSE,
    },
    "a rule of this phase with its outcome",
)
_KEY_ISSUE = _object(
    {
        "id": TEXT,
        "subjects": _list(_as("thing")),
        "message": TEXT,
        "fix": _object(_STEPS),
        "standing": CERTAINTY,
        "retry": {**YES_NO, "description": "nothing is wrong with the data; export again"},
        "session": {**YES_NO, "description": "nothing can be exported until it is fixed"},
        "severity": _one_of(Severity),
        "clears": _object({"alone": _as("cleared"), "shared": _as("cleared")}),
        "facts": TEXTS,
        "reasons": _list(
            _object({"rule": TEXT, "because": TEXT, "facts": TEXTS, "standing": CERTAINTY, "source": _as("citation")})
        ),
    },
    {"rule": TEXT, "code": TEXT},
    "a root cause: a problem that no other problem explains. Has `rule` if a rule found it, `code` if an export error reported it",
) | {"oneOf": [{"required": ["rule"]}, {"required": ["code"]}]}
_BLOCKED_TRANSACTION = _object(
    {
        "transaction": _object({"kind": TEXT, "key": TEXT, "batch": _or_null(TEXT), "amount": _or_null(MONEY)}),
        "key_issues": TEXTS,
        "chain": {**TEXTS, "description": "for each key issue, how it blocks the transaction, for people"},
        "standing": CERTAINTY,
    },
    about="a transaction that can't be exported, or wasn't",
)
_CHANGES = _object(
    {
        "since": TIME,
        "verdict": _one_of(Verdict),
        **{key: _list(_as("past_finding")) for key in FINDING_KEYS.values()},
        "drift": _list(_object({"setting": TEXT, "old": _or_null(TEXT), "new": _or_null(TEXT)})),
    },
    about="what changed since an earlier result",
)
_TIE_OUT = _object(
    {
        "batch": _or_null(TEXT),
        "name": _or_null(TEXT),
        "type": TEXT,
        **dict.fromkeys(JSON_SIDES, _SIDE),
        "reasons": _or_null(TEXT),
        "missing": COUNT,
        "doubled": COUNT,
    },
    {"differing": COUNT},
    about="one type of transaction in one batch: what was sent, what arrived, and what explains the difference",
)
_WORK: Schema = {
    "type": "object",
    "properties": {"not_known": TEXTS},
    "additionalProperties": {"type": ["string", "boolean", "null"]},
    "description": "a payment to apply by hand; `not_known` lists fields whose value is unknown",
}


_ANSWERS = _map({"type": ["string", "boolean"]}, "path of an answer in account.yaml: its value")
_REPLY = _object(
    {
        "label": TEXT,
        "answers": _ANSWERS,
        "otherwise": {**_ANSWERS, "description": "the same if the reply isn't chosen, where several can be"},
        "same_as": _map(TEXT, "path of an answer: path of the one that it equals"),
        "synonyms": TEXTS,
    }
)
_QUESTION = _object(
    {
        "id": {**TEXT, "description": "the same in every result of the account"},
        "question": _object(
            {
                "text": TEXT,
                "explanation": TEXT,
                "replies": _list(_REPLY, "the replies to choose from; none: the answer is free text"),
                "several": {**YES_NO, "description": "whether several replies, or none of them, can be chosen"},
                "none": {**TEXT, "description": "what it means to choose none of several"},
                "steps": TEXTS,
                "path": {**TEXT, "description": "the answer that free text gives"},
                "only_if": _or_null(_list({}, "path, values: pointless if that answer is known and has none of them")),
            }
        ),
        "places": _list(TEXTS, "where the reply goes in account.yaml; empty: to its own path"),
        "files": {**TEXTS, "description": "first characters of the SHA-256 of each file that it is about"},
        "rules": {**TEXTS, "description": "ids of the rules that need it"},
        "hint": TEXT,
    }
)


def schema() -> Schema:
    """Return the JSON Schema of the result, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ExportReady result",
        **_object(
            {
                "format": {"const": FORMAT},
                "tool": _object({"name": {"const": "exportready"}, "version": TEXT}),
                "rulebook": _object(
                    {
                        "digest": TEXT,
                        "rules": COUNT,
                        "left_out": {**TEXTS, "description": "rules of this phase that --select or --ignore excluded"},
                        "packs": _list(_object({"name": TEXT, "version": TEXT, "digest": TEXT, "rules": COUNT})),
                    },
                    {"own": {"const": True, "description": "not the shipped rules"}},
                ),
                "account": _object(
                    {"name": _or_null(TEXT), "phase": _PHASES, "taken_at": _or_null(TIME), "time_zone": _or_null(TEXT)},
                    {"company_file": TEXT},
                ),
                "checked_at": TIME,
                "judged_at": {**TIME, "description": "the moment for which it was judged; the same as checked_at"},
                "scope": _list(_one_of(About), "what the rules judge that were checked; empty: anything"),
                "sources": _list(_as("source")),
                "unrecognised": _list(_object({"path": TEXT, "help": TEXT})),
                "verdict": _one_of(Verdict),
                "counts": _object({outcome.value: COUNT for outcome in Outcome}, about="outcome: number of rules"),
                "waived": {**COUNT, "description": "findings that a waiver accepts"},
                "batches": _list(_as("batch")),
                "rules": _list(_as("rule")),
                "questions": _list(_as("question"), "what a person can answer"),
                "key_issues": _list(_as("key_issue")),
                "waiting": _list(_as("waiting")),
                "waits": _as("cleared"),
                "stale_errors": {**TEXTS, "description": "export errors of transactions that have arrived since"},
                "settings": _map(TEXT, "setting: its value in the files"),
            },
            {
                "snapshot": {**TEXT, "description": "the snapshot's path from the root of its repository"},
                "seen_at": {**TIME, "description": "the real time of the run, if it was judged for the moment of the files"},
                "baseline": _object(
                    {
                        "name": TEXT,
                        "stale": TEXTS,
                        "untold": TEXTS,
                        "new_rules": {**TEXTS, "description": "ids of the rules that are newer than the baseline"},
                    },
                ),
                "waivers": {**TEXTS, "description": "problems with the waivers themselves"},
                "lapses": _list(_object({"what": {"enum": ["answer", "waiver"]}, "name": TEXT, "of": TEXT, "until": TIME})),
                "changes": _CHANGES,
                "tie_out": _list(_as("tie_out")),
                "work_list": _list(_as("work")),
            },
        ),
        "if": {"properties": {"account": {"properties": {"phase": {"const": Phase.AFTER.value}}}}},
        "then": {"required": ["tie_out", "work_list"]},
        "$defs": {
            "batch": _BATCH,
            "citation": _CITATION,
            "clause": _CLAUSE,
            "cleared": _CLEARED,
            "finding": _FINDING,
            "gap": _GAP,
            "key_issue": _KEY_ISSUE,
            "past_finding": _PAST_FINDING,
            "place": _PLACE,
            "question": _QUESTION,
            "rule": _RULE,
            "source": _SOURCE,
            "thing": _THING,
            "tie_out": _TIE_OUT,
            "waiting": _BLOCKED_TRANSACTION,
            "waiver": _WAIVER,
            "work": _WORK,
        },
    }
