"""Settings that are not what they were: this snapshot's answers and preferences against an earlier snapshot's.

The customer mapping has a past of its own in account.yaml (customerMappingAtLastExport), for those who keep no snapshots.
"""

from __future__ import annotations

from exportready.derive.conclusions import Conclusions
from exportready.derive.freshness import unanswered
from exportready.kinds.account import BY_PATH, MAPPING_WORDS
from exportready.model.evidence import (
    NOT_EXPORTED,
    UNSET,
    Dataset,
    Evidence,
    FieldNote,
    Location,
    Record,
    Scope,
    Unknown,
    Unset,
    Value,
)
from exportready.model.reasons import Reason

MAPPING, LAST = "customerMapping", "customerMappingAtLastExport"
_MOMENTARY = ("webConnector.status", "webConnector.restarted", LAST)
"""What may be otherwise at every check."""


def settings(evidence: Evidence, before: Evidence | None) -> Dataset:
    """One record per setting that both snapshots state, and one for the customer mapping in any case."""
    found = Conclusions(kind="derived.drift")
    now, earlier = _stated(evidence, "account.answers"), _stated(before, "account.answers")
    where = now.where if now else Location("account.yaml")
    for path in BY_PATH:
        if path == MAPPING or path in _MOMENTARY:
            continue
        _add(found, path, now, earlier)
    books, earlier_books = _stated(evidence, "quickbooks.Preferences"), _stated(before, "quickbooks.Preferences")
    for field in sorted(books.fields) if books else ():
        _add(found, field, books, earlier_books)
    _mapping(found, evidence, earlier, where)
    return Dataset(kind=found.kind, records=tuple(found.records), scope=Scope.WHOLE)


def _stated(evidence: Evidence | None, kind: str) -> Record | None:
    return next(iter(evidence.dataset(kind).records), None) if evidence else None


def _add(found: Conclusions, name: str, now: Record | None, earlier: Record | None) -> None:
    if now is None or earlier is None:
        return
    one, two = earlier.get(name), now.get(name)
    if not isinstance(one, Unknown) and not isinstance(two, Unknown):
        note = FieldNote(now.notes[name].where, now.notes[name].dated, name) if name in now.notes else FieldNote(now.where)
        fields: dict[str, Value] = {"setting": name, "earlier": _text(one), "now": _text(two), "changed": one != two}
        found.add(fields, note.where or now.where, {"changed": note})


def _mapping(found: Conclusions, evidence: Evidence, earlier: Record | None, where: Location) -> None:
    """The mapping now against the one at the last export: by the earlier snapshot, by the answer, or both if they agree."""
    dataset = evidence.dataset("account.answers")
    answers = next(iter(dataset.records), None)
    now = answers.get(MAPPING) if answers else NOT_EXPORTED
    told = answers.get(LAST) if answers else NOT_EXPORTED
    seen = earlier.get(MAPPING) if earlier else NOT_EXPORTED
    past = seen if isinstance(seen, str) else told
    if isinstance(seen, str) and isinstance(told, str) and seen != told:
        past = Unknown(
            Reason.INCONCLUSIVE,
            f"your earlier files say {_screen(seen)}, and you answered {_screen(told)}",
            "Find out which customer mapping was chosen at the last export, and correct that answer (exportready ask --all)",
        )
    missing = next(
        (unanswered(dataset) if one is NOT_EXPORTED else one for one in (now, past) if not isinstance(one, str)), None
    )
    note = answers.notes.get(MAPPING, FieldNote()) if answers else FieldNote()
    last = answers.notes.get(LAST, FieldNote()) if answers and not isinstance(seen, str) else FieldNote()
    fields: dict[str, Value] = {
        "setting": MAPPING,
        "earlier": _screen(past),
        "now": _screen(now),
        "changed": missing or now != past,
    }
    notes = {"changed": FieldNote(note.where, note.dated, MAPPING)}
    if last.where is not None:
        notes["earlier"] = FieldNote(last.where, last.dated, LAST)
    found.add(fields, note.where or where, notes)


def _screen(mapping: Value) -> Value:
    """A customer mapping as ServiceTitan's screen names it."""
    return MAPPING_WORDS.get(mapping, mapping) if isinstance(mapping, str) else mapping


def _text(value: Value) -> Value:
    return value if value is UNSET or isinstance(value, Unknown) else str(value)


STATED = {"account.answers": "", "quickbooks.Preferences": "Preferences.", "quickbooks.Host": "Host."}
"""The kinds that state settings, and what is put before a setting's name."""


def stated(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    """Every setting that account.yaml and QuickBooks' preferences state, by name."""
    found = {}
    for kind, prefix in STATED.items():
        for record in evidence.dataset(kind).records[:1]:
            found.update(
                {
                    f"{prefix}{name}": _plain(value)
                    for name, value in record.fields.items()
                    if not isinstance(value, (Unknown, Unset))
                }
            )
    return tuple(sorted(found.items()))


def _plain(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
