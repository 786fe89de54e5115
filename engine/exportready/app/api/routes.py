"""The routes of the local API. Each reads its input, calls one service in a thread, and writes the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from exportready.app import accounts, checks, file_words, files, questions
from exportready.app.api.document import document
from exportready.app.guard import Problem
from exportready.app.home import Home
from exportready.app.uploads import FIELD, received
from exportready.app.values import Account, Added, CheckInfo, FileCard, Question, Rejected
from exportready.model.clock import iso
from exportready.schema.times import believable

Result = TypeVar("Result")
BY = "the local API"
"""Who answered, if the request doesn't say."""


def routes() -> list[Route]:
    """Return all routes of the API."""
    one = "/api/accounts/{account_id}"
    return [
        Route("/api/openapi.json", openapi, methods=["GET"]),
        Route("/api/accounts", list_accounts, methods=["GET"]),
        Route("/api/accounts", create_account, methods=["POST"]),
        Route(one, get_account, methods=["GET"]),
        Route(one, delete_account, methods=["DELETE"]),
        Route(f"{one}/files", list_files, methods=["GET"]),
        Route(f"{one}/files", add_files, methods=["POST"]),
        Route(f"{one}/files/{{name}}", remove_file, methods=["DELETE"]),
        Route(f"{one}/questions", list_questions, methods=["GET"]),
        Route(f"{one}/answers", save_answers, methods=["POST"]),
        Route(f"{one}/checks", list_checks, methods=["GET"]),
        Route(f"{one}/checks", run_check, methods=["POST"]),
        Route(f"{one}/checks/{{check_id}}.html", check_page, methods=["GET"]),
        Route(f"{one}/checks/{{check_id}}", get_check, methods=["GET"]),
    ]


async def _call(service: Callable[..., Result], *arguments: Any) -> Result:
    """Call a service in a thread: it reads and writes files, and may wait for a check."""
    return await anyio.to_thread.run_sync(lambda: service(*arguments))


def _home(request: Request) -> Home:
    home: Home = request.app.state.home
    return home


def _id(request: Request) -> str:
    return str(request.path_params["account_id"])


def _now(request: Request) -> datetime:
    now: datetime = request.app.state.now()
    return now


# -- input


class _NewAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str


class _Answers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    answers: dict[str, Any] = {}
    confirmations: dict[str, bool] = {}
    by: str = BY
    at: str | None = None


class _NewCheck(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    phase: str = checks.BEFORE
    at: str | None = None


Body = TypeVar("Body", bound=msgspec.Struct)


async def _read(request: Request, kind: type[Body], *, may_be_empty: bool = False) -> Body:
    """Return the body of a request. Raises Problem if it isn't JSON, or has another shape."""
    data = await request.body()
    if not data and may_be_empty:
        return kind()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "Send the body as application/json.")
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise Problem(422, f"The body has another shape than this needs: {error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, f"The body isn't JSON: {error}.") from error


def _phase(text: str) -> str:
    if text not in checks.PHASES:
        raise Problem(422, f"There is no phase “{text[:40]}”. Use {' or '.join(checks.PHASES)}.")
    return text


def _moment(request: Request, text: str | None) -> checks.Moment:
    """Return the moment that a request names; now if it names none. A time without an offset is UTC, as on the command line."""
    if text is None:
        return _now(request)
    if text == "files":
        return "files"
    try:
        moment = believable(datetime.fromisoformat(text))
    except ValueError as error:
        raise Problem(422, f"“{text[:40]}” isn't a time. Use the format 2026-11-20T17:30:00-07:00, or “files”.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# -- output


def _account(one: Account) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "created": iso(one.created),
        "archived": one.archived,
        "example": one.is_example,
    }


def _file(card: FileCard) -> dict[str, object]:
    return {
        "name": card.name,
        "kind": card.kind,
        "records": card.records,
        "taken_at": iso(card.taken_at),
        "state": card.state,
        "said": list(card.said),
        "help": list(card.help),
    }


def _added(one: Added) -> dict[str, object]:
    """Return what became of a sent file. Answers and rejected files have no card."""
    is_used = one.outcome != "refused"
    known = (
        _file(one.card)
        if one.card is not None
        else {
            "name": one.name,
            "kind": file_words.ANSWERS if is_used else "",
            "records": 0,
            "taken_at": None,
            "state": "used" if is_used else "unreadable",
            "said": [],
            "help": [] if is_used else [one.why],
        }
    )
    return {**known, "outcome": one.outcome, "why": one.why}


def _question(one: Question) -> dict[str, object]:
    where: Mapping[str, object] = {"rule": one.rule} if one.rule is not None else {"path": one.path}
    return {
        **where,
        "id": one.id,
        "question": one.text,
        "why": one.why,
        "steps": list(one.steps),
        "choices": [{"value": choice.value, "label": choice.label} for choice in one.choices],
        "free": one.free,
        "lasts": one.lasts,
        "decides": one.decides,
    }


def _check(one: CheckInfo) -> dict[str, object]:
    return {
        "id": one.id,
        "verdict": one.verdict_key,
        "title": one.verdict,
        "phase": one.phase,
        "at": iso(one.at),
        "made": iso(one.made),
        "good_until": iso(one.good_until),
        "counts": msgspec.to_builtins(one.counts),
        "batches": [{"number": batch.number, "verdict": batch.verdict_key} for batch in one.batches],
    }


def _stored(info: CheckInfo) -> bytes:
    """Return one check with its whole result as JSON. The result is copied as it is stored, since it may be large."""
    head = msgspec.json.encode({"id": info.id, "verdict": info.verdict_key})[:-1]
    return b"".join((head, b',"result":', info.path.read_bytes().strip(), b"}"))


# -- routes


async def openapi(request: Request) -> Response:
    """Return the description of this API."""
    return JSONResponse(document())


async def list_accounts(request: Request) -> Response:
    """List the companies."""
    found = await _call(accounts.all_accounts, _home(request))
    return JSONResponse({"accounts": [_account(one) for one in found]})


async def create_account(request: Request) -> Response:
    """Add a company."""
    wanted = await _read(request, _NewAccount)
    if not wanted.name.strip():
        raise Rejected("Enter a name for the company.")
    made = await _call(accounts.create, _home(request), wanted.name, _now(request))
    return JSONResponse({"id": made.id, "name": made.name}, 201, headers={"Location": f"/api/accounts/{made.id}"})


async def get_account(request: Request) -> Response:
    """Return one company."""
    return JSONResponse(_account(await _call(accounts.account, _home(request), _id(request))))


async def delete_account(request: Request) -> Response:
    """Delete a company with everything of it."""
    await _call(accounts.delete, _home(request), _id(request))
    return Response(status_code=204)


async def list_files(request: Request) -> Response:
    """List the files of a company."""
    found = await _call(files.cards, _home(request), _id(request))
    return JSONResponse({"files": [_file(card) for card in found]})


async def add_files(request: Request) -> Response:
    """Add files, and say what became of each."""
    home, account_id = _home(request), _id(request)
    await _call(accounts.account, home, account_id)
    async with received(request, home) as form:
        if not form.uploads:
            raise Problem(422, f"This request has no file. Send the files in the field “{FIELD}”.")
        added = await _call(files.add, home, account_id, form.uploads, _now(request))
    if all(one.outcome == "refused" for one in added):
        raise Rejected(" ".join(dict.fromkeys(f"{one.name}: {one.why}" for one in added[:5])))
    return JSONResponse({"files": [_added(one) for one in added]}, 201)


async def remove_file(request: Request) -> Response:
    """Remove a file."""
    await _call(files.remove, _home(request), _id(request), request.path_params["name"], _now(request))
    return Response(status_code=204)


async def list_questions(request: Request) -> Response:
    """List what a person can answer or confirm now."""
    phase = _phase(request.query_params.get("phase", checks.BEFORE))
    at = _moment(request, request.query_params.get("at"))
    found = await _call(questions.fresh, _home(request), _id(request), phase, at)
    return JSONResponse({"questions": [_question(one) for one in found]})


async def save_answers(request: Request) -> Response:
    """Save answers and confirmations: all of them or none."""
    given = await _read(request, _Answers)
    at = _moment(request, given.at)
    if at == "files":
        raise Problem(422, "An answer is given at a time, not at that of the files. Leave out “at” for now.")
    arguments = (_home(request), _id(request), given.answers, given.confirmations, given.by, at)
    await _call(questions.save, *arguments)
    return JSONResponse({"answers": len(given.answers), "confirmations": len(given.confirmations)})


async def list_checks(request: Request) -> Response:
    """List the checks of a company, the newest first."""
    found = await _call(checks.all_checks, _home(request), _id(request))
    return JSONResponse({"checks": [_check(one) for one in found]})


async def run_check(request: Request) -> Response:
    """Check a company now, and wait for the result."""
    wanted = await _read(request, _NewCheck, may_be_empty=True)
    at = _moment(request, wanted.at)
    info = await _call(checks.run, _home(request), _id(request), _phase(wanted.phase), at)
    location = f"/api/accounts/{_id(request)}/checks/{info.id}"
    return Response(await _call(_stored, info), 201, headers={"Location": location}, media_type="application/json")


async def get_check(request: Request) -> Response:
    """Return one check as it was."""
    info = await _call(checks.check, _home(request), _id(request), request.path_params["check_id"])
    return Response(await _call(_stored, info), media_type="application/json")


async def check_page(request: Request) -> Response:
    """Return the report of one check as a page, the same as the HTML report of the command line."""
    text = await _call(checks.html, _home(request), _id(request), request.path_params["check_id"])
    return HTMLResponse(text, headers={"Content-Security-Policy": REPORT_POLICY})


REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox allow-scripts allow-popups allow-modals allow-downloads"
)
"""The report has its style and script in it. Its own policy allows only that script; this one keeps it away from the page's cookie."""
