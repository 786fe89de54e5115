"""One request for a screen: the company it is about, what every screen shows, and where a form goes next."""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from exportready import __version__
from exportready.app import accounts, checks, files, notes, questions
from exportready.app.guard import csrf_token
from exportready.app.home import Home
from exportready.app.pages import sentences
from exportready.app.pages.strip import strip_of
from exportready.app.staging import Upload
from exportready.app.uploads import received
from exportready.app.values import Account, CheckInfo, Needed, NotFound, Progress, Rejected
from exportready.reporters.pages import screen, script, style

BEFORE, AFTER = "before-export", "after-export"
_MAX_SAID = 50
"""How many messages are kept for screens that were not opened again."""


class Visit:
    """One request, and what its screen needs."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.home: Home = request.app.state.home
        self.now: datetime = request.app.state.now()
        self.company: Account | None = None
        if "company" in request.path_params:
            self.open(accounts.account(self.home, request.path_params["company"]))

    def open(self, company: Account) -> None:
        """Show a company. For the invented example it is always the moment of its files."""
        self.company, self.now = company, company.moment or self.now

    @property
    def account(self) -> Account:
        """Return the company of the address. Raises NotFound if the address has none."""
        if self.company is None:
            raise NotFound("This company isn't on this computer any more.")
        return self.company

    @property
    def id(self) -> str:
        """Return the company's id."""
        return self.account.id

    @property
    def here(self) -> str:
        """Return the address of the company."""
        return f"/c/{self.id}"

    def notes(self) -> notes.Notes:
        """Return what was noted on the page."""
        return notes.notes(self.home, self.id)

    def phase(self) -> str:
        """Return what a check is about now: what is to be exported, or what arrived."""
        asked = self.request.query_params.get("phase")
        return asked if asked in (BEFORE, AFTER) else AFTER if self.notes().exported_at else BEFORE

    def has_files(self) -> bool:
        """Return whether there are any files."""
        return bool(files.cards(self.home, self.id))

    def needed(self, phase: str) -> Needed:
        """Return what is still needed."""
        return questions.needed(self.home, self.id, phase, self.now)

    def checks(self, phase: str) -> list[CheckInfo]:
        """Return the checks of a phase, the newest first."""
        return [one for one in checks.all_checks(self.home, self.id) if one.phase == phase]

    def shown_before(self, found: Sequence[CheckInfo]) -> CheckInfo | None:
        """Note that the newest of some checks is shown, and return the one that was shown before it."""
        before = notes.show(self.home, self.id, found[0].phase, found[0].id)
        return next((one for one in found if one.id == before), None)

    def progress(self) -> Progress:
        """Return how far the check is."""
        return checks.progress(self.home, self.id)

    def start_check(self, phase: str = "") -> None:
        """Start a check, if there is anything to check."""
        if self.has_files():
            checks.request(self.home, self.id, phase or self.phase(), self.now)

    def moment(self, when: datetime) -> str:
        """Return a time as people say it: "today at 4:02 PM"."""
        return sentences.moment(when, self.now)

    def render(self, template: str, title: str, tab: str = "", status: int = 200, **values: Any) -> HTMLResponse:
        """Return a screen."""
        return HTMLResponse(screen("app", template, **{**self._shared(title, tab), **values}), status)

    def _shared(self, title: str, tab: str) -> dict[str, Any]:
        shared: dict[str, Any] = {
            "title": title,
            "tab": tab,
            "company": self.company,
            "csrf": csrf_token(self.request),
            "version": version(),
            "program_version": __version__,
            "moment": self.moment,
            "said_by": lambda answered: sentences.said_by(answered, self.now),
            "shown_value": lambda answered: sentences.shown_value(answered, self.now),
            "until_of": lambda confirmed: sentences.until_of(confirmed, self.now),
            "decides": sentences.decides,
            "minutes_of": sentences.minutes_of,
            "strip": None,
            "running": False,
            "state": "",
            "until": 0,
            "now_seconds": int(self.now.timestamp()),
            "other_companies": 0,
        }
        if self.company is None:
            return shared
        progress, phase = self.progress(), self.phase()
        found = self.checks(phase)
        shared |= {
            "other_companies": sum(not one.archived for one in accounts.all_accounts(self.home)) - 1,
            "progress": progress,
            "running": progress.state == "running",
            "failed": progress.state == "failed",
            "state": state_of(found[0] if found else None),
            "phase": phase,
        }
        if tab in ("files", "needed", "history", "settings"):
            shared["strip"] = strip_of(
                self.here,
                found[0] if found else None,
                self.needed(phase),
                progress,
                self.now,
                phase=phase,
                has_files=self.has_files(),
            )
        return shared

    def to(self, path: str = "", **said: Any) -> RedirectResponse:
        """Return the answer to a form: the screen to open next. `said`: what that screen says once."""
        address = path if path.startswith("/") else f"{self.here}/{path}"
        if said:
            key = secrets.token_hex(8)
            kept = _said_in(self.request)
            kept[key] = said
            while len(kept) > _MAX_SAID:
                del kept[next(iter(kept))]
            base, mark, anchor = address.partition("#")
            address = f"{base}{'&' if '?' in base else '?'}said={key}{mark}{anchor}"
        return RedirectResponse(address, 303)

    def said(self, name: str) -> Any:
        """Return what the form before this screen has to say; None if nothing."""
        return _said_in(self.request).get(self.request.query_params.get("said", ""), {}).get(name)


def _said_in(request: Request) -> dict[str, dict[str, Any]]:
    if not hasattr(request.app.state, "said"):
        request.app.state.said = {}
    return cast("dict[str, dict[str, Any]]", request.app.state.said)


def state_of(check: CheckInfo | None) -> str:
    """Return what a window compares, to see whether something changed in another one."""
    return check.id if check else "none"


@functools.cache
def version() -> str:
    """Return what is in the addresses of style sheet and script, so that no old one is used."""
    return hashlib.sha256(f"{style('app')}{script('app')}".encode()).hexdigest()[:12]


Fields = FormData | Mapping[str, str]
Screen = Callable[[Visit], Response]
Action = Callable[[Visit, FormData], Response]
Drop = Callable[[Visit, Mapping[str, str], Sequence[Upload]], Response]


def shows(path: str, function: Screen) -> Route:
    """Return the route of a screen."""

    def endpoint(request: Request) -> Response:
        return _act(request, function)

    return Route(path, endpoint, methods=["GET"], name=path)


def does(path: str, function: Action) -> Route:
    """Return the route of a form. The guard has checked its token and its size."""

    async def endpoint(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=2_000) as form:
            return await run_in_threadpool(_act, request, lambda visit: function(visit, form))

    return Route(path, endpoint, methods=["POST"], name=f"POST {path}")


def takes(path: str, function: Drop) -> Route:
    """Return the route of a form with files."""

    async def endpoint(request: Request) -> Response:
        async with received(request, request.app.state.home) as form:
            return await run_in_threadpool(_act, request, lambda visit: function(visit, form.fields, form.uploads))

    return Route(path, endpoint, methods=["POST"], name=f"POST {path}")


def _act(request: Request, function: Screen) -> Response:
    try:
        return function(Visit(request))
    except NotFound as error:
        return problem(request, 404, "This isn't here any more", str(error))
    except Rejected as error:
        return problem(request, 409, "That didn't work", str(error))


def text_of(form: Fields, name: str) -> str:
    """Return a text field of a form; empty if it isn't there."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def problem(request: Request, status: int, title: str, detail: str) -> HTMLResponse:
    """Return the page for something that went wrong."""
    values = {
        "csrf": "",
        "version": version(),
        "company": None,
        "tab": "",
        "strip": None,
        "running": False,
        "state": "",
        "until": 0,
    }
    return HTMLResponse(screen("app", "problem", title=title, detail=detail, status=status, **values), status)
