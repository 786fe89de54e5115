"""The HTTP server: the application with its guard, and running it on this computer's own addresses."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from exportready.app import child
from exportready.app.api.routes import routes as api_routes
from exportready.app.guard import Guard, Keys, Problem, ProblemPage, refusal, status_of
from exportready.app.home import Home
from exportready.app.values import Refused
from exportready.runtime import debug

PORT = 8730
NAMES = ("127.0.0.1", "localhost", "[::1]")
"""What this computer's own addresses are called in a Host header."""
OUR_MISTAKE = "ExportReady itself failed. Your files and answers are safe. Try again."


def now() -> datetime:
    """Return the time by this computer's clock, to the second."""
    return datetime.now(UTC).astimezone().replace(microsecond=0)


def build(
    home: Home,
    *,
    port: int = PORT,
    now: Callable[[], datetime] = now,
    on_quit: Callable[[], None] = lambda: None,
    pages: Sequence[BaseRoute] = (),
    problem_page: ProblemPage | None = None,
) -> Starlette:
    """Return the application. `pages` are the HTML routes, and `problem_page` shows a refusal in a browser."""

    async def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return refusal(request, error.status_code, _DETAILS.get(error.status_code, str(error.detail)), problem_page)
        if not isinstance(error, (Problem, Refused, ClientDisconnect)):
            debug.show(error, f"{request.method} {request.url.path} failed")
            return refusal(request, 500, OUR_MISTAKE, problem_page)
        status = 400 if isinstance(error, ClientDisconnect) else status_of(error)
        return refusal(request, status, str(error), problem_page)

    keys = Keys(token=home.token, run=secrets.token_urlsafe(24))
    hosts = frozenset(f"{name}:{port}" for name in NAMES)
    app = Starlette(
        routes=[*api_routes(), *pages],
        middleware=[Middleware(Guard, keys=keys, hosts=hosts, page=problem_page)],
        exception_handlers=dict.fromkeys((Problem, Refused, HTTPException, ClientDisconnect, Exception), refused),
        lifespan=_lifespan,
    )
    app.state.home, app.state.keys, app.state.now, app.state.quit = home, keys, now, on_quit
    return app


_DETAILS = {404: "There is nothing at this address.", 405: "This address doesn't take this kind of request."}


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    yield
    child.stop_ready()
