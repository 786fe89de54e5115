"""Find through which channels a rule can be decided: hand exports, answers, a look at the screen, files from the API and qbXML."""

from __future__ import annotations

from exportready.kinds import KINDS, answer_of, field_of
from exportready.kinds.headings import TABLES
from exportready.kinds.nouns import field_noun, noun
from exportready.model.reasons import Channel
from exportready.model.rules import ACCOUNT, DecidedBy, Rule
from exportready.rulebook.reads import reads

_COLUMNS = frozenset((kind, name) for table in TABLES for kind, name, _ in table.all_columns())
"""Every (kind, field) that a spreadsheet can have."""


def decided_by(rule: Rule) -> DecidedBy:
    """Return through which channels a rule can be decided."""
    read = reads(rule)
    facts = {name for kind, name in read if kind == ACCOUNT and name and not answer_of(kind, name)}
    read = {(kind, name) for kind, name in read if kind != ACCOUNT or (name and name not in facts)}
    kinds = {kind for kind, _ in read}
    answers = {kind for kind in kinds if KINDS[kind].channel is Channel.ASK}
    missing = [noun(kind, 2) for kind in sorted(kinds) if KINDS[kind].channel is Channel.INTEGRATOR]
    missing += map(field_noun, sorted(facts))
    missing += [
        f"{field_noun(name)} of {noun(kind, 2)}"
        for kind, name in sorted((kind, name) for kind, name in read if name)
        if KINDS[kind].can_be_exported_by_hand and not _is_in_spreadsheets(kind, name)
    ]
    return DecidedBy(files=bool(kinds - answers or facts), answers=bool(answers), missing=tuple(dict.fromkeys(missing)))


def _is_in_spreadsheets(kind: str, name: str) -> bool:
    """Return whether a spreadsheet can have a field, or the fields that it is computed from. Only ServiceTitan's exports lack columns."""
    if not kind.startswith("servicetitan.") or (kind, name) in _COLUMNS:
        return True
    array_of, (first, _, rest) = KINDS[kind].array_of, name.partition(".")
    if array_of and first == "parent":
        return _is_in_spreadsheets(array_of[0], rest)
    found = field_of(kind, name)
    return bool(found and found.needs) and any(_is_in_spreadsheets(kind, need) for need in (found.needs if found else ()))
