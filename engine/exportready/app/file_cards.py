"""A file's card: its state, what is said about it, what would help, and the question beside it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from exportready.account.reading import READER as ANSWERS_FILE
from exportready.app import file_words
from exportready.app.ledger import Kept
from exportready.app.names import fold_name
from exportready.app.values import Choice, FileCard, Question, Recognized, State
from exportready.model.display import format_date
from exportready.model.evidence import Source
from exportready.model.report import Report

REPLACES = "replaces"
USE, KEEP, BOTH = "use", "keep", "both"
_COPY = re.compile(r"(\s*\(\d+\)|\s*-?\s*copy|\s*-\s*copy\s*\(\d+\))+\Z", re.IGNORECASE)
"""What browsers and Windows add to the name of a second download or a copy."""
_OTHER_FILES = "Remove it here, and drop it on the page of its own company."


def cards_of(files: Mapping[str, Kept], reports: Sequence[Report], questions: Sequence[Question]) -> tuple[FileCard, ...]:
    """Return a card for each file but the answers: what is known of it, what the last checks say, and its first open question."""
    sources = {source.sha256: source for report in reversed(reports) for source in report.sources}
    return tuple(
        _card(name, kept, files, sources.get(kept.recognized.sha256), questions)
        for name, kept in sorted(files.items())
        if kept.recognized.reader != ANSWERS_FILE
    )


def _card(name: str, kept: Kept, files: Mapping[str, Kept], source: Source | None, questions: Sequence[Question]) -> FileCard:
    found = kept.recognized
    state = _state(name, kept, files)
    own = twin_question(name, files)
    asked = [own] if own is not None else [one for one in questions if name in one.files]
    notes = source.notes if source is not None else found.notes
    return FileCard(
        name=name,
        kind=file_words.kind(found),
        program=file_words.program(found.kinds),
        counts=file_words.counts(found.records),
        taken_at=(source.dated if source is not None else None) or found.dated,
        added_at=kept.added_at,
        state=state,
        said=tuple(file_words.sentence(one) for one in notes if one),
        help=tuple(map(file_words.sentence, filter(None, _help(name, kept, files, state)))),
        question=asked[0] if asked else None,
        can_undo=kept.undo is not None,
        undo=kept.undo,
        replaced=kept.said,
        size=found.size,
        company=", ".join(found.companies),
    )


def _state(name: str, kept: Kept, files: Mapping[str, Kept]) -> State:
    found = kept.recognized
    if found.error:
        return "unreadable"
    if not found.reader:
        return "unrecognized"
    if found.companies and (company := company_of(files)) and company not in found.companies:
        return "other-company"
    if _newer(name, files) is not None:
        return "older"
    return "partly" if found.unread else "used" if found.kinds else "unused"


def _help(name: str, kept: Kept, files: Mapping[str, Kept], state: State) -> Iterator[str]:
    found = kept.recognized
    if state == "other-company":
        yield f"This file is from “{', '.join(found.companies)}”. The other files are from “{company_of(files)}”. {_OTHER_FILES}"
    newer = _newer(name, files) if state == "older" else None
    if newer is not None and (dated := files[newer].recognized.dated) is not None:
        yield f"This file is older than “{newer}” ({format_date(dated)})"
    yield from (found.error or "", found.help, *found.unread)


def company_of(files: Mapping[str, Kept]) -> str:
    """Return the QuickBooks company of an account: the one of the first file that says it."""
    named = sorted((kept for kept in files.values() if kept.recognized.companies), key=lambda kept: kept.added_at)
    return named[0].recognized.companies[0] if named else ""


# -- two files of one kind


def is_same_kind(one: Recognized, other: Recognized) -> bool:
    """Return whether two files have records of the same kinds, in the same format."""
    return bool(one.kinds) and one.kinds == other.kinds and one.reader == other.reader


def _newer(name: str, files: Mapping[str, Kept]) -> str | None:
    """Return the file that makes this one out of date: a later one of the same name or, for complete lists, of the same kind."""
    mine = files[name]
    for other, kept in files.items():
        one, two = mine.recognized, kept.recognized
        if other == name or not is_same_kind(one, two) or one.dated is None or two.dated is None or mine.settled:
            continue
        is_copy = _stem(mine.came_as) == _stem(kept.came_as) or (one.whole and two.whole)
        if is_copy and one.dated < two.dated:
            return other
    return None


def twin_of(name: str, files: Mapping[str, Kept]) -> str | None:
    """Return the earlier file that this one may be a newer copy of, if nothing shows which of them counts."""
    mine = files[name]
    if mine.settled:
        return None
    for other, kept in files.items():  # in the order in which they came
        if other == name:
            return None
        if not is_same_kind(mine.recognized, kept.recognized):
            continue
        is_list = not file_words.has_transactions(mine.recognized.kinds)
        if is_list or _stem(mine.came_as) == _stem(kept.came_as):
            return other
    return None


def _stem(name: str) -> str:
    return _COPY.sub("", fold_name(name).rpartition(".")[0])


def twin_question(name: str, files: Mapping[str, Kept]) -> Question | None:
    """Return the question which of two files of one kind counts; None if that is clear."""
    newer = _newer(name, files)
    if newer is not None:
        return Question(
            id=f"{REPLACES}:{name}",
            path=f"{REPLACES}.{name}",
            text=f"“{name}” is older than “{newer}”. Which one do you want to use?",
            choices=(Choice(value=KEEP, label="Keep the newer one"), Choice(value=USE, label="Use this one anyway")),
            files=(name,),
        )
    twin = twin_of(name, files)
    if twin is None or _newer(twin, files) is not None:
        return None
    return Question(
        id=f"{REPLACES}:{name}",
        path=f"{REPLACES}.{name}",
        text=f"You have two files of this kind. Is “{name}” a newer copy of “{twin}”?",
        why="Two copies of one list contradict each other. Two parts of it add up.",
        choices=(
            Choice(value=USE, label="Yes, use only this one", note=f"We put “{twin}” aside. You can undo that."),
            Choice(value=BOTH, label="No, they are different", note="We use both."),
        ),
        files=(name,),
    )
