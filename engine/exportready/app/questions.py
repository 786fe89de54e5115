"""What is still needed of an account, and saving answers and confirmations: all of them or none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from exportready.account import reading
from exportready.app import checks
from exportready.app.accounts import ACCOUNT_FILE, account, answers_text
from exportready.app.answering import with_answers, with_confirmations
from exportready.app.found_questions import AnswerContext
from exportready.app.home import Home, locked, read_json, write
from exportready.app.values import Needed, Refused
from exportready.model.evidence import Unknown, Unset
from exportready.reporters.text import clean
from exportready.schema.mistakes import MistakesFound


class _Kept(msgspec.Struct, frozen=True):
    stamp: str
    needed: Needed
    context: AnswerContext


def needed(home: Home, account_id: str, phase: str, at: datetime) -> Needed:
    """Return what is still needed for a phase. Raises NotFound, Refused."""
    return _kept(home, account_id, phase, at).needed


def _kept(home: Home, account_id: str, phase: str, at: datetime) -> _Kept:
    account(home, account_id)
    path = home.account(account_id) / f"needed-{phase}.json"
    try:
        kept = msgspec.convert(read_json(path), _Kept)
        if kept.stamp == checks.stamp_of(home, account_id):
            return kept
    except msgspec.ValidationError:
        pass
    checks.run(home, account_id, phase, at)
    return msgspec.convert(read_json(path), _Kept)


def save(
    home: Home,
    account_id: str,
    answers: Mapping[str, object],
    confirmations: Mapping[str, bool],
    by: str,
    at: datetime,
) -> None:
    """Save answers and confirmations in the account's account.yaml. Raises NotFound; Refused, and then nothing is saved."""
    contexts = [_kept(home, account_id, phase, at).context for phase in checks.PHASES[:1]]
    with locked(home, account_id):
        text = answers_text(home, account_id, at)
        text = with_answers(text, answers, _known(text), contexts[0], at)
        text = with_confirmations(text, confirmations, contexts[0], clean(by), at)
        try:
            reading.read(text.encode(), ACCOUNT_FILE)
        except MistakesFound as error:
            raise Refused(error.mistakes[0].message) from error
        write(home.snapshot(account_id) / ACCOUNT_FILE, text.encode())


def _known(text: str) -> dict:  # type: ignore[type-arg]
    record = reading.read(text.encode(), ACCOUNT_FILE).answers.records[0]
    return {path: value for path, value in record.fields.items() if not isinstance(value, (Unknown, Unset))}
