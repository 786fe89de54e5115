"""The HTTP server: the application with its guard, and running it on this computer's own addresses."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime

import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from exportready.app import accounts, child, ledger, pages
from exportready.app.api.routes import routes as api_routes
from exportready.app.guard import Guard, Keys, Problem, refusal, status_of
from exportready.app.home import Home, clean_up
from exportready.app.running import PORT, Running, announce
from exportready.app.values import Rejected
from exportready.runtime import debug

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
) -> Starlette:
    """Return the application: the local API and the screens, behind the guard."""

    async def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return refusal(request, error.status_code, _DETAILS.get(error.status_code, str(error.detail)), pages.problem)
        if not isinstance(error, (Problem, Rejected, ClientDisconnect)):
            debug.show(error, f"{request.method} {request.url.path} failed")
            return refusal(request, 500, OUR_MISTAKE, pages.problem)
        status = 400 if isinstance(error, ClientDisconnect) else status_of(error)
        return refusal(request, status, str(error), pages.problem)

    keys = Keys(token=home.token, run=secrets.token_urlsafe(24))
    hosts = frozenset(f"{name}:{port}" for name in NAMES)
    app = Starlette(
        routes=[*api_routes(), *pages.routes()],
        middleware=[Middleware(Guard, keys=keys, hosts=hosts, page=pages.problem)],
        exception_handlers=dict.fromkeys((Problem, Rejected, HTTPException, ClientDisconnect, Exception), refused),
        lifespan=_lifespan,
    )
    app.state.home, app.state.keys, app.state.now, app.state.quit = home, keys, now, on_quit
    return app


_DETAILS = {404: "There is nothing at this address.", 405: "This address doesn't take this kind of request."}


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    yield
    await anyio.to_thread.run_sync(child.stop_ready)


class _Server(uvicorn.Server):
    """A server that ends by itself after Ctrl-C or Quit, and says when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order after Ctrl-C. (The base class sends itself the signal again at the end.)"""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            threading.Thread(target=self._ready, daemon=True).start()

    def _ready(self) -> None:
        self._on_ready()
        time.sleep(_FIRST_PAGE_FIRST)
        if not self.should_exit:
            child.keep_ready()


_FIRST_PAGE_FIRST = 0.7
"""Seconds after the start before another process starts, so that the first page has the computer for itself."""


def run(home: Home, port: int, listening: list[socket.socket], on_ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or Quit. `on_ready` is called with the address that lets a browser in, once it answers.

    Only the program that has locked the data folder may call this.
    """
    (home.path / "running.json").unlink(missing_ok=True)  # of a program that was ended
    for account in accounts.all_accounts(home):
        ledger.finish(home, account.id)
    clean_up(home)
    app = build(home, port=port, on_quit=lambda: setattr(server, "should_exit", True))
    running = Running(pid=os.getpid(), port=port, key=app.state.keys.run)
    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        date_header=True,
        ws="none",
        timeout_graceful_shutdown=2,
    )

    def ready() -> None:
        announce(home, running)
        on_ready(running.url)

    server = _Server(config, ready)
    server.run(sockets=listening)
