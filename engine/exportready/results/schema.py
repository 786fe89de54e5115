"""The JSON Schema of the result, `exportready/result@1`: keys that `write` always writes are required, the others are optional.

Other keys are allowed: keys can be added to the format, and validation must accept the results of newer versions.
"""

from __future__ import annotations

from exportready.model.changes import CONFIRMATIONS, FINDING_KEYS
from exportready.model.reasons import Channel, Reason
from exportready.model.report import Outcome, Verdict
from exportready.model.rules import About, Phase, Severity
from exportready.results.schema_types import (
    CERTAINTY,
    COUNT,
    DAY,
    LINE,
    MONEY,
    TEXT,
    TEXTS,
    TIME,
    YES_NO,
    Schema,
    list_of,
    map_of,
    obj,
    one_of,
    or_null,
    ref,
    such_as,
)
from exportready.results.write import FORMAT, JSON_SIDES

_PHASES: Schema = {"enum": [Phase.BEFORE.value, Phase.AFTER.value]}
_THING = obj({"kind": TEXT, "key": TEXT}, about="a record in ServiceTitan or QuickBooks, identified by kind and key")
_CITATION = obj({"document": TEXT, "section": TEXT, "updated": DAY}, {"note": TEXT}, "the document that the rule comes from")
_UNREADABLE = {
    "unreadable": {**COUNT, "description": "number of amounts that aren't known and not in the sum; absent if it is 0"}
}
_CLEARED = obj(
    {"findings": COUNT, "transactions": COUNT, "amount": MONEY}, _UNREADABLE, about="what clears once a key issue is fixed"
)
_STEPS = {"who": TEXT, "minutes": COUNT, "steps": TEXTS}
_SIDE = obj({"count": {"type": "integer"}, "amount": or_null(MONEY)}, _UNREADABLE)
_PAST_FINDING = obj(dict.fromkeys(("fingerprint", "rule", "severity", "subject", "message"), TEXT))

_SOURCE = obj(
    {
        "path": TEXT,
        "sha256": TEXT,
        "reader": {**TEXT, "description": "the reader for its format; empty if it could not be read"},
        "dated": or_null(TIME),
        "records": map_of(COUNT, "kind: number of records"),
        "complete": {**YES_NO, "description": "all of its lists that the rules use are complete"},
        "error": or_null(TEXT),
        "notes": TEXTS,
    },
    {
        "error_line": LINE,
        "error_message": {**TEXT, "description": "the error without its line"},
        "doubles": {**TEXTS, "description": "those of the notes that name another file with the same records"},
    },
    "a file of the snapshot, and how it was read",
)
_BATCH = obj(
    {
        "number": TEXT,
        "name": or_null(TEXT),
        "verdict": one_of(Verdict),
        "transactions": COUNT,
        "amount": MONEY,
        "waiting": obj({"transactions": COUNT, "amount": MONEY}, _UNREADABLE),
    },
    _UNREADABLE,
)
_WAIVER = obj(
    {
        **dict.fromkeys(("rule", "account", "subject", "owner", "reason", "ticket"), TEXT),
        "expires": DAY,
        "where": obj({"path": TEXT, "line": or_null(LINE)}),
    },
    about="who accepts the finding, why, and until when",
)
_SNIPPET = obj(
    {"first": LINE, "lines": TEXTS, "line": LINE, "mark": {**list_of(COUNT), "minItems": 2, "maxItems": 2}},
    about="lines of the file around a place; `mark` is the start and end of the value on its line, in characters",
)
_PLACE = obj(
    {"path": TEXT, "line": or_null(LINE), "pointer": or_null(TEXT), "label": TEXT},
    {"snippet": _SNIPPET},
)
_CLAUSE = obj(
    {
        "part": {"enum": ["where", "expect"]},
        "of": TEXT,
        "field": TEXT,
        "wanted": TEXT,
        "observed": or_null(TEXT),
        "holds": or_null(YES_NO),
    },
    about="one part of the rule's condition and its result; `holds` is null if it could not be decided",
)
_FINDING = obj(
    {
        "fingerprint": {**TEXT, "description": "a hash of account, rule, check and subject, but not of line numbers"},
        "check": or_null(TEXT),
        "severity": one_of(Severity),
        "subject": ref("thing"),
        "at_fault": ref("thing"),
        "message": TEXT,
        "observed": map_of(or_null(TEXT)),
        "expected": map_of(TEXT),
        "where": list_of(ref("place")),
        "blocks": {**YES_NO, "description": "transactions that use what is at fault can't be exported"},
        "key_issues": TEXTS,
        "batches": TEXTS,
        "waiver": or_null(ref("waiver")),
    },
    {
        "note": {**TEXT, "description": "why a waiver for it has no effect"},
        "known": {"const": True, "description": "it is in the baseline"},
        "group": {"const": True, "description": "it is about several records, each with a place"},
        "members": {**TEXTS, "description": "of a group: the keys of its records"},
        "told_at": TIME,
        "trace": list_of(ref("clause")),
    },
    "one record, or one group of records, that fails a rule",
)
_CAUSE = {**such_as(Reason), "description": "why it isn't known, for programs; more values may be added"}
_CHANNEL = {**such_as(Channel), "description": "how to supply it, for programs; more values may be added"}
_GAP = obj(
    {
        "kind": TEXT,
        "field": or_null(TEXT),
        "subject": or_null(TEXT),
        "reason": {**TEXT, "description": "why it isn't known, for people"},
        "supply": {**TEXT, "description": "what to do about it, for people"},
        "cause": _CAUSE,
        "channel": _CHANNEL,
    },
    {
        "also": list_of(_CHANNEL, "other ways to supply it"),
        "integrator": {**TEXT, "description": "what an integrator needs to supply it: the request and the file name"},
        "question": {**TEXT, "description": "the path in account.yaml of the answer that supplies it"},
        "source": {**TEXT, "description": "the kind of record that doesn't have it, if that isn't `kind`"},
    },
    "evidence that a rule needs and doesn't have",
)
_CONFIRM = obj(
    {
        "fact": {**TEXT, "description": "what is looked at; rules with the same fact are decided by one look"},
        "question": TEXT,
        "steps": TEXTS,
        "yes": {**TEXT, "description": "the answer that means that all is well"},
        "no": TEXT,
        "minutes": COUNT,
        "seconds_each": {**COUNT, "description": "in addition, for each pending transaction"},
        "lasts": {**TEXT, "description": "batch, or an age such as 4h or 90d"},
    },
    {
        "why": {**TEXT, "description": "why the files don't show it"},
        "fills": {**TEXTS, "description": "the kinds whose absence the look makes up for; without it, all"},
    },
    "how a person can decide a rule where the files can't",
)
_RULE = obj(
    {
        "id": TEXT,
        "area": TEXT,
        "digest": TEXT,
        "title": TEXT,
        "why": TEXT,
        "fix": obj(
            {**_STEPS, "many": or_null(obj({"above": COUNT, "steps": TEXTS}))},
            {"template": obj({"steps": TEXTS, "many": TEXTS}, about="the rule's own steps, with {fields}")},
        ),
        "source": ref("citation"),
        "severity": one_of(Severity),
        "grade": one_of(Severity),
        "phase": one_of(Phase),
        "about": {
            "enum": [*(about.value for about in About), None],
            "description": "what the rule judges; null in older results",
        },
        "confirm": or_null(_CONFIRM),
        "outcome": one_of(Outcome),
        "confirmed": or_null(obj({"by": TEXT, "at": TIME, "until": or_null(TIME)})),
        "reason": TEXT,
        "checked": COUNT,
        "undecided": COUNT,
        "failed": COUNT,
        "gaps": list_of(ref("gap")),
        "findings": list_of(ref("finding")),
    },
    {
        "problem": TEXT,
        "cause": _CAUSE,
    },
    "a rule of this phase with its outcome",
)
_KEY_ISSUE = obj(
    {
        "id": TEXT,
        "subjects": list_of(ref("thing")),
        "message": TEXT,
        "fix": obj(_STEPS),
        "standing": CERTAINTY,
        "retry": {**YES_NO, "description": "nothing is wrong with the data; export again"},
        "session": {**YES_NO, "description": "nothing can be exported until it is fixed"},
        "severity": one_of(Severity),
        "clears": obj({"alone": ref("cleared"), "shared": ref("cleared")}),
        "facts": TEXTS,
        "reasons": list_of(
            obj({"rule": TEXT, "because": TEXT, "facts": TEXTS, "standing": CERTAINTY, "source": ref("citation")})
        ),
    },
    {"rule": TEXT, "code": TEXT},
    "a root cause: a problem that no other problem explains. Has `rule` if a rule found it, `code` if an export error reported it",
) | {"oneOf": [{"required": ["rule"]}, {"required": ["code"]}]}
_BLOCKED_TRANSACTION = obj(
    {
        "transaction": obj({"kind": TEXT, "key": TEXT, "batch": or_null(TEXT), "amount": or_null(MONEY)}),
        "key_issues": TEXTS,
        "chain": {**TEXTS, "description": "for each key issue, how it blocks the transaction, for people"},
        "standing": CERTAINTY,
    },
    about="a transaction that can't be exported, or wasn't",
)
_CHANGES = obj(
    {
        "since": TIME,
        "verdict": one_of(Verdict),
        **{key: list_of(ref("past_finding")) for key in FINDING_KEYS.values()},
        "drift": list_of(obj({"setting": TEXT, "old": or_null(TEXT), "new": or_null(TEXT)})),
        "confirmations": list_of(
            obj({"rule": TEXT, "title": TEXT, "change": {"enum": list(CONFIRMATIONS)}, "by": TEXT, "at": TIME})
        ),
    },
    about="what changed since an earlier result",
)
_TIE_OUT = obj(
    {
        "batch": or_null(TEXT),
        "name": or_null(TEXT),
        "type": TEXT,
        **dict.fromkeys(JSON_SIDES, _SIDE),
        "reasons": or_null(TEXT),
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


_ANSWERS = map_of({"type": ["string", "boolean"]}, "path of an answer in account.yaml: its value")
_REPLY = obj(
    {
        "label": TEXT,
        "answers": _ANSWERS,
        "otherwise": {**_ANSWERS, "description": "the same if the reply isn't chosen, where several can be"},
        "synonyms": TEXTS,
    }
)
_QUESTION = obj(
    {
        "id": {**TEXT, "description": "the same in every result of the account"},
        "question": obj(
            {
                "text": TEXT,
                "explanation": TEXT,
                "replies": list_of(_REPLY, "the replies to choose from; none: the answer is free text"),
                "several": {**YES_NO, "description": "whether several replies, or none of them, can be chosen"},
                "none": {**TEXT, "description": "what it means to choose none of several"},
                "steps": TEXTS,
                "path": {**TEXT, "description": "the answer that free text gives"},
                "only_if": or_null(list_of({}, "path, values: pointless if that answer is known and has none of them")),
            }
        ),
        "places": list_of(TEXTS, "where the reply goes in account.yaml; empty: to its own path"),
        "files": {**TEXTS, "description": "first characters of the SHA-256 of each file that it is about"},
        "table": {**TEXT, "description": "path of the file whose columns it asks about"},
        "rules": {**TEXTS, "description": "ids of the rules that need it"},
        "hint": TEXT,
    }
)


def schema() -> Schema:
    """Return the JSON Schema of the result, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ExportReady result",
        **obj(
            {
                "format": {"const": FORMAT},
                "tool": obj({"name": {"const": "exportready"}, "version": TEXT}),
                "rulebook": obj(
                    {
                        "digest": TEXT,
                        "rules": COUNT,
                        "left_out": {**TEXTS, "description": "rules of this phase that --select or --ignore excluded"},
                        "packs": list_of(obj({"name": TEXT, "version": TEXT, "digest": TEXT, "rules": COUNT})),
                    },
                    {"own": {"const": True, "description": "not the shipped rules"}},
                ),
                "account": obj(
                    {"name": or_null(TEXT), "phase": _PHASES, "taken_at": or_null(TIME), "time_zone": or_null(TEXT)},
                    {"company_file": TEXT},
                ),
                "checked_at": TIME,
                "judged_at": {**TIME, "description": "the moment for which it was judged; the same as checked_at"},
                "scope": list_of(one_of(About), "what the rules judge that were checked; empty: anything"),
                "sources": list_of(ref("source")),
                "unrecognised": list_of(obj({"path": TEXT, "help": TEXT})),
                "verdict": one_of(Verdict),
                "counts": obj({outcome.value: COUNT for outcome in Outcome}, about="outcome: number of rules"),
                "waived": {**COUNT, "description": "findings that a waiver accepts"},
                "batches": list_of(ref("batch")),
                "rules": list_of(ref("rule")),
                "questions": list_of(ref("question"), "what a person can answer"),
                "key_issues": list_of(ref("key_issue")),
                "waiting": list_of(ref("waiting")),
                "waits": ref("cleared"),
                "stale_errors": {**TEXTS, "description": "export errors of transactions that have arrived since"},
                "settings": map_of(TEXT, "setting: its value in the files"),
            },
            {
                "snapshot": {**TEXT, "description": "the snapshot's path from the root of its repository"},
                "seen_at": {**TIME, "description": "the real time of the run, if it was judged for the moment of the files"},
                "baseline": obj(
                    {
                        "name": TEXT,
                        "stale": TEXTS,
                        "untold": TEXTS,
                        "new_rules": {**TEXTS, "description": "ids of the rules that are newer than the baseline"},
                    },
                ),
                "waivers": {**TEXTS, "description": "problems with the waivers themselves"},
                "lapses": list_of(obj({"what": {"enum": ["answer", "waiver"]}, "name": TEXT, "of": TEXT, "until": TIME})),
                "changes": _CHANGES,
                "tie_out": list_of(ref("tie_out")),
                "work_list": list_of(ref("work")),
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
