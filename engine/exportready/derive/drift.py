"""Find settings that have changed: compare this snapshot's answers and preferences with those of an earlier snapshot.

The earlier customer mapping can also come from account.yaml (customerMappingAtLastExport), for accounts without earlier snapshots.
"""

from __future__ import annotations

from collections.abc import Mapping

from exportready.derive.answers import ANSWERS, answers_of
from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.freshness import unanswered
from exportready.kinds.account import BY_PATH, MAPPING_WORDS
from exportready.model.evidence import NOT_EXPORTED, UNSET, Dataset, Evidence, FieldNote, Record, Unknown, Unset, Value
from exportready.model.reasons import Channel, Reason

_PREFERENCES = "quickbooks.Preferences"
_MAPPING, _LAST = "customerMapping", "customerMappingAtLastExport"
_MOMENTARY = ("webConnector.status", "webConnector.restarted", _LAST)
"""Answers that can differ at every check."""


@derivation(
    "derived.drift",
    # All other answers and preferences that both snapshots have are compared too.
    reads=f"{ANSWERS} {_MAPPING} {_LAST}\n{_PREFERENCES} AccountingPreferences.ClosingDate",
)
def settings(inputs: Inputs) -> Dataset:
    """Conclude one record for each setting that both snapshots have, and always one for the customer mapping."""
    found = Conclusions("derived.drift")
    now, earlier = _stated(inputs.evidence, ANSWERS), _stated(inputs.before, ANSWERS)
    for path in BY_PATH:
        if path != _MAPPING and path not in _MOMENTARY:
            _compare(found, path, now, earlier)
    books, earlier_books = _stated(inputs.evidence, _PREFERENCES), _stated(inputs.before, _PREFERENCES)
    for name in sorted(books.names()) if books else ():
        _compare(found, name, books, earlier_books)
    _compare_mapping(found, inputs.evidence, earlier)
    return found.whole()


def _stated(evidence: Evidence | None, kind: str) -> Record | None:
    return evidence.dataset(kind).first() if evidence else None


def _compare(found: Conclusions, name: str, now: Record | None, earlier: Record | None) -> None:
    """Add a setting if both snapshots have it."""
    if now is None or earlier is None:
        return
    one, two = earlier.get(name), now.get(name)
    if isinstance(one, Unknown) or isinstance(two, Unknown):
        return
    note = FieldNote(now.note(name).where, now.note(name).dated, name) if name in now.notes else FieldNote(now.where)
    fields: dict[str, Value] = {"setting": name, "earlier": _text(one), "now": _text(two), "changed": one != two}
    found.add(fields, note.where or now.where, {"changed": note})


def _compare_mapping(found: Conclusions, evidence: Evidence, earlier: Record | None) -> None:
    """Add the customer mapping now and at the last export. The past one is from the earlier snapshot or the answer; both must agree."""
    answers = answers_of(evidence)
    now, answered = answers.get(_MAPPING), answers.get(_LAST)
    seen = earlier.get(_MAPPING) if earlier else NOT_EXPORTED
    past = seen if isinstance(seen, str) else answered
    if isinstance(seen, str) and isinstance(answered, str) and seen != answered:
        past = Unknown(
            cause=Reason.CONTRADICTORY,
            reason=f"your earlier files say {_on_screen(seen)}, but you answered {_on_screen(answered)}",
            remedy="Find out which customer mapping was selected when you last exported, and correct your answer",
            source=ANSWERS,
            channel=Channel.ASK,
        )
    unknown = next((one for one in (now, past) if not isinstance(one, str)), None)
    if unknown is NOT_EXPORTED:
        unknown = unanswered(evidence.dataset(ANSWERS))
    note, last = answers.note(_MAPPING), answers.note(_LAST)
    fields: dict[str, Value] = {
        "setting": _MAPPING,
        "earlier": _on_screen(past),
        "now": _on_screen(now),
        "changed": now != past if unknown is None else unknown,
    }
    notes = {"changed": FieldNote(note.where, note.dated, _MAPPING)}
    if last.where is not None and not isinstance(seen, str):
        notes["earlier"] = FieldNote(last.where, last.dated, _LAST)
    found.add(fields, note.where or answers.where, notes)


def _on_screen(mapping: Value) -> Value:
    """Return a customer mapping as ServiceTitan's screen shows it."""
    return MAPPING_WORDS.get(mapping, mapping) if isinstance(mapping, str) else mapping


def _text(value: Value) -> Value:
    return value if value is UNSET or isinstance(value, Unknown) else str(value)


# -- for comparing two results

STATED: Mapping[str, str] = {ANSWERS: "", _PREFERENCES: "Preferences.", "quickbooks.Host": "Host."}
"""The kinds that contain settings, and the prefix for a setting's name."""


def stated(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    """Return every setting in account.yaml and QuickBooks' preferences, by name."""
    found = {}
    for kind, prefix in STATED.items():
        record = evidence.dataset(kind).first()
        for name in record.names() if record else ():
            value = record.get(name) if record else UNSET
            if not isinstance(value, (Unknown, Unset)):
                found[f"{prefix}{name}"] = str(value).lower() if isinstance(value, bool) else str(value)
    return tuple(sorted(found.items()))
