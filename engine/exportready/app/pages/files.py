"""The files of a company: a card for each, with its question, and what is still missing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace
from starlette.datastructures import FormData
from starlette.responses import Response

from exportready.account.questions import EXPORTS
from exportready.app import files, notes
from exportready.app.pages.answers import form_values
from exportready.app.pages.sentences import size
from exportready.app.pages.visit import Visit, does, shows, takes, text_of
from exportready.app.pages.ways import ways_values
from exportready.app.staging import Upload
from exportready.app.values import Added, FileCard, Rejected
from exportready.schema.budgets import DROPPED_FILE_SIZE

STATES = {
    "partly": "Only a part of it is used",
    "unused": "Nothing in it is needed",
    "unrecognized": "We don't recognize this file",
    "unreadable": "We can't open this file",
    "older": "This file is older than the one you have",
    "other-company": "This file is from another company",
    "used": "",
}
LOOKS = {
    "used": "fine",
    "partly": "fine",
    "unused": "none",
    "unrecognized": "none",
    "unreadable": "fix",
    "older": "look",
    "other-company": "look",
}
_NOT_USED = ("unrecognized", "unreadable", "unused", "older", "other-company")


_OLD = 2
"""From how many days on a file's card says that it is old."""


def anchor(name: str) -> str:
    """Return the id of a file's card."""
    return f"file-{re.sub(r'[^A-Za-z0-9]+', '-', name)}"


def _files(visit: Visit) -> Response:
    cards = _with_questions(files.cards(visit.home, visit.id))
    used = [one for one in cards if one.state not in _NOT_USED]
    added: list[Added] = visit.said("added") or []
    return visit.render(
        "files",
        "Files",
        "files",
        servicetitan=_of(used, "servicetitan"),
        quickbooks=_of(used, "quickbooks"),
        others=_of(used, ""),
        not_used=[one for one in cards if one.state in _NOT_USED],
        added=[one for one in added if not _is_plain(one)],
        plain_added=_plain(added),
        exports=EXPORTS,
        limit=size(DROPPED_FILE_SIZE),
        state_words=STATES,
        looks=LOOKS,
        anchor=anchor,
        age_of=lambda card: _age(card, visit.now),
        **form_values(visit),
        **ways_values(visit, has_files=bool(cards)),
    )


def _with_questions(cards: Sequence[FileCard]) -> list[FileCard]:
    """Return the cards with each question only once. One about several files is at the first of them."""
    asked = set[str]()
    shown = []
    for card in cards:
        is_first = card.question is not None and card.question.id not in asked
        asked |= {card.question.id} if card.question is not None else set()
        shown.append(card if is_first else replace(card, question=None))
    return shown


def _age(card: FileCard, now: datetime) -> str:
    """Return that a file is old, if it is: the lists and the batch change every day."""
    days = (now - card.taken_at).days if card.taken_at else 0
    return f"{days:,} days old. Export it again before you rely on it." if days >= _OLD and card.state == "used" else ""


def _of(cards: list[FileCard], program: str) -> list[FileCard]:
    return [one for one in cards if one.program == program]


def _is_plain(one: Added) -> bool:
    """Return whether nothing needs to be said about a file but that it was added."""
    is_used = one.card is None or one.card.state not in ("unrecognized", "unreadable")
    return one.outcome == "added" and not one.why and is_used


def _plain(added: Sequence[Added]) -> str:
    """Return that files were added, as one sentence; empty if none was."""
    plain = [one for one in added if _is_plain(one)]
    if not plain:
        return ""
    return f"{plain[0].name} was added." if len(plain) == 1 else f"{len(plain):,} files were added."


def _add(visit: Visit, form: Mapping[str, str], uploads: Sequence[Upload]) -> Response:
    back = text_of(form, "back")
    try:
        added = files.add(visit.home, visit.id, uploads, visit.now)
    except Rejected as error:
        return visit.to("files", added=[Added(name="", outcome="refused", why=str(error))])
    if text_of(form, "exported") and not visit.notes().exported_at:
        notes.set_exported(visit.home, visit.id, visit.now)
    if any(one.outcome != "refused" for one in added):
        visit.start_check()
    has_news = any(one.outcome != "added" and one.outcome != "replaced" for one in added)
    to = back if back in ("before-export", "after-export") and not has_news else "files"
    return visit.to(to, added=added)


def _remove(visit: Visit, form: FormData) -> Response:
    name = text_of(form, "name")
    token = files.remove(visit.home, visit.id, name, visit.now)
    visit.start_check()
    return visit.to("files", added=[Added(name=name, outcome="added", why="was removed.", undo=token)])


def _undo(visit: Visit, form: FormData) -> Response:
    files.undo(visit.home, visit.id, text_of(form, "undo"), visit.now)
    visit.start_check()
    return visit.to("files")


ROUTES = [
    shows("/c/{company}/files", _files),
    takes("/c/{company}/files", _add),
    does("/c/{company}/files/remove", _remove),
    does("/c/{company}/files/undo", _undo),
]
