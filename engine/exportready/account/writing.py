"""Writes account.yaml: a new one with every question in it, or an existing one with changes and everything else kept.

The only module that imports ruamel.yaml, which keeps the comments, the order and the style of what people wrote.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from exportready.account.questions import ANSWERED_ON, FILES_TAKEN, INTERVIEW, NAME, SINCE, own_question
from exportready.account.replies import TODAY, Answer, describe_replies
from exportready.kinds.account import ANSWERS, DONT_KNOW, FILE_MODE, LISTS, MAPS, NONE_THERE, SETTINGS, SOME, Setting
from exportready.model.evidence import Confirmation
from exportready.model.questions import OpenQuestion

_HEAD = """\
# Answers that no export has. Write your answer after the colon; an empty answer means "don't know".
# To answer the open questions one by one, run: exportready ask FOLDER
# For completion in your editor, run: exportready schema account > account.schema.json

{account}
# phase: before-export                  # or after-export
# timeZone: America/Denver
# takenAt: {now}    # when you exported the files; without it, we can't tell whether they are recent
confirmed: {{{by}at: {now}}}    # when the answers below were given
{quickbooks}
# covers: {{servicetitan.material: all}}  # a spreadsheet that is the complete list

# An answer from another day has its own date: {{value: 1, by: controller, at: 2026-11-01}}
settings:
"""
CONFIRMATIONS = "confirmations"
_MAP_FOLLOWS = {"salesTax.zones": "salesTax.calculatedBy"}


def new_file(now: datetime, answers: Mapping[str, Answer], by: str = "") -> str:
    """Return a new file with every setting: the answered ones filled in, the others empty. `now` dates the answers."""
    name, mode = answers.get(NAME), answers.get(FILE_MODE)
    head = _HEAD.format(
        now=now.isoformat(),
        by=f"by: {scalar(by)}, " if by else "",
        account=f"account: {scalar(name)}" if name else "# account: Northwind Plumbing           # the name of this account",
        quickbooks=f"quickbooks: {{fileMode: {mode}}}"
        if mode
        else "# quickbooks: {fileMode: singleUser}    # or multiUser, if you have no qbXML",
    )
    lines = [head]
    group = ""
    for setting in SETTINGS:
        top, _, leaf = setting.path.partition(".")
        if leaf and top != group:
            lines.append(f"  {top}:\n")
        group = top
        indent = "    " if leaf else "  "
        answer = answers.get(setting.path)
        value = "" if answer is None else f" {scalar(answer)}"
        lines.append(f"{indent}# {setting.question} ({_describe_values(setting)})\n{indent}{leaf or top}:{value}\n")
        for path, about in MAPS.items():
            if setting.path == _MAP_FOLLOWS[path]:
                lines.append(f"{indent}# {about}\n{indent}# {path.rpartition('.')[2]}: {{Denver: Denver Sales Tax}}\n")
    lines += [f"  # {about}\n  # {name}: []\n" for name, about in LISTS.items()]
    return "".join(lines)


def questionnaire() -> str:
    """Return the interview as a CSV table to fill in and read back (with a BOM, so that Excel reads the encoding)."""
    rows = [("Question", "Answer", "Possible answers"), (ANSWERED_ON, "", "a date and time such as 11/20/2026 5:25 PM")]
    others = ("webConnector.since", "closingPassword", "salesTax.calculatedBy")
    asked = (FILES_TAKEN, *INTERVIEW, *map(own_question, others))
    rows += [(question.text, "", f"{describe_replies(question)} / {DONT_KNOW}") for question in asked]
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return "\ufeff" + out.getvalue()


def _describe_values(setting: Setting) -> str:
    return " or ".join(setting.choices) or ANSWERS[setting.type]


_PLAIN_TEXT = re.compile(r"[A-Za-z][\w .&/()+-]*\Z")
_NOT_TEXT = re.compile(r"(?:true|false|null|yes|no|on|off|y|n|~)\Z", re.IGNORECASE)


def scalar(value: Answer) -> str:
    """Return a value so that YAML 1.2 reads it back: text is quoted if it could be read as something else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (Decimal, int)):
        return format(value, "f" if isinstance(value, Decimal) else "d")
    if isinstance(value, date):
        return value.isoformat()
    plain = _PLAIN_TEXT.match(value) and value == value.strip() and not _NOT_TEXT.match(value) and " #" not in value
    return value if plain else json.dumps(value, ensure_ascii=False)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One value to put into the file."""

    keys: tuple[str, ...]
    value: Answer
    at: datetime | None = None
    """When it was answered; None if it has no date of its own."""
    files: tuple[str, ...] = ()
    """The first characters of the digests of the files that it applies to."""


def changes_for(asked: OpenQuestion, replied: Mapping[str, Answer], now: datetime, held: Collection[str] = ()) -> list[Change]:
    """Return what a reply changes in the file.

    `held` are the paths of the answers in the file: one whose new reply is "don't know" is overwritten with that.
    """
    if asked.places:
        since = replied.get(SINCE)
        if since is not None:
            days = (("from", str(since)), ("to", now.date().isoformat()))
            return [Change(keys=(*place, name), value=day) for place in asked.places for name, day in days]
        dated = now if asked.places[0][0] == "covers" else None
        names = {place[-1] for place in asked.places}
        return [
            Change(
                keys=place,
                value=_as_written(value, now),
                at=dated,
                files=() if value in (NONE_THERE, SOME) else asked.files,  # no file has any of these
            )
            for path, value in replied.items()
            for place in asked.places
            if path not in names or place[-1] == path  # a reply may name its place, else it goes to each
        ]
    given = replied or dict.fromkeys(sorted(asked.question.paths & set(held)), DONT_KNOW)
    return [Change(keys=_keys_of(path), value=value, at=None if path == NAME else now) for path, value in given.items()]


def _as_written(value: Answer, now: datetime) -> Answer:
    """Return a value as the file has it: moments in ISO 8601."""
    if value == TODAY:
        return now.isoformat()
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=now.tzinfo)).isoformat()
    return value


def _keys_of(path: str) -> tuple[str, ...]:
    """Return the keys in the file that lead to an answer."""
    if path in (NAME, FILE_MODE):
        return tuple(path.split("."))
    table = next((name for name in MAPS if path.startswith(f"{name}.")), None)
    if table:
        return ("settings", *table.split("."), path.removeprefix(f"{table}."))
    return ("settings", *path.split("."))


def apply_changes(text: str, changes: Iterable[Change]) -> str:
    """Return the file with the changes in it, and everything else unchanged."""
    from ruamel.yaml.comments import CommentedMap

    def change_all(document: Any) -> None:
        for change in changes:
            if change.keys[0] not in document:
                _insert(document, change.keys[0], CommentedMap())
            place = document
            for key in change.keys[:-1]:
                if not isinstance(place.get(key), dict):
                    place[key] = CommentedMap()
                place = place[key]
            if change.keys[-1] in LISTS:
                place = _list_at(place, change.keys[-1])
                place.append(change.value)
            else:
                place[change.keys[-1]] = _node(change, CommentedMap)

    return _changed(text, change_all)


def _insert(document: Any, key: str, value: object) -> None:
    """Put a key before the settings, because comments may end the file; at the end if there are no settings."""
    document.insert(list(document).index("settings") if "settings" in document else len(document), key, value)


def _changed(text: str, change: Callable[[Any], None]) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    document: Any = yaml.load(text)
    if document is None:
        document = CommentedMap()
    change(document)
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def add_confirmations(text: str, made: Iterable[Confirmation]) -> str:
    """Return the file with these confirmations instead of older ones of the same rules, and everything else unchanged."""
    from ruamel.yaml.comments import CommentedMap

    def change(document: Any) -> None:
        held = document.get(CONFIRMATIONS)
        if not isinstance(held, dict):
            held = CommentedMap()
            _insert(document, CONFIRMATIONS, held)
        for one in made:
            entry: dict[str, object] = {"value": one.value, "by": one.by, "at": one.at.isoformat()}
            entry |= {name: stated for name, stated in (("batch", one.batch), ("state", one.state)) if stated}
            entry |= {"reasons": sorted(one.reasons)} if one.reasons else {}
            held[one.rule] = [CommentedMap(entry)]

    return _changed(text, change)


def without_confirmations(text: str, rules: Iterable[str]) -> str:
    """Return the file without the confirmations of these rules, and everything else unchanged."""

    def change(document: Any) -> None:
        held = document.get(CONFIRMATIONS)
        for rule in rules if isinstance(held, dict) else ():
            held.pop(rule, None)
        if not held:
            document.pop(CONFIRMATIONS, None)

    return _changed(text, change)


def _list_at(place: Any, key: str) -> Any:
    """Return the list under a key, adding one if there is none; if the list has a date, the list is its value."""
    if isinstance(place.get(key), dict):
        place, key = place[key], "value"
    if not isinstance(place.get(key), list):
        place[key] = _flow_list(())
    return place[key]


def _node(change: Change, new_map: Any) -> object:
    plain = int(change.value) if isinstance(change.value, Decimal) else change.value
    if change.at is None:
        return plain
    files = {"files": _flow_list(change.files)} if change.files else {}
    made = new_map({"value": plain, **files, "at": change.at.isoformat()})
    made.fa.set_flow_style()
    return made


def _flow_list(entries: Iterable[str]) -> object:
    from ruamel.yaml.comments import CommentedSeq

    made = CommentedSeq(entries)
    made.fa.set_flow_style()
    return made
