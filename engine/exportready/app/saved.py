"""saved.json: which questions were answered on the page or by the API, by whom and when. The answers themselves are in account.yaml."""

from __future__ import annotations

import msgspec

from exportready.app.home import Home, read_json, write
from exportready.app.values import Answered, Question
from exportready.model.questions import OpenQuestion


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    number: int
    """Of the saving. A check that began after it knows it."""
    question: Question
    answered: Answered
    asked: OpenQuestion | None = None
    """The question as a check asked it, so that the answer can be changed; None for a confirmation."""


class AllSaved(msgspec.Struct, frozen=True):
    """All answers of an account."""

    number: int = 0
    """Of the last saving."""
    answers: dict[str, Saved] = {}
    """By the id of the question."""


def read(home: Home, account_id: str) -> AllSaved:
    """Return the answers that were given; none if that is damaged, since account.yaml has what counts."""
    try:
        return msgspec.convert(read_json(home.account(account_id) / "saved.json"), AllSaved)
    except msgspec.ValidationError:
        return AllSaved()


def keep(home: Home, account_id: str, saved: AllSaved) -> None:
    """Keep the answers that were given."""
    write(home.account(account_id) / "saved.json", msgspec.json.encode(saved))
