"""Lets in only this computer's own browser, and programs that know the token. Everything else gets a clear rejection.

The server listens on the loopback addresses only, but any web page can send requests there, and a foreign name can be made to lead there
(DNS rebinding). So the Host and the Origin must be ours, a browser needs the cookie that the opened address gave it, and whatever changes
something needs the CSRF token of our own pages too. Programs send the bearer token instead.

Rejections are problem documents (RFC 9457); a browser gets a page.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Literal
from urllib.parse import parse_qs, parse_qsl, urlencode

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exportready.app.values import NotFound, Rejected, TooMuch
from exportready.schema import budgets

PROBLEM = "application/problem+json"
COOKIE = "exportready"
KEY = "key"
"""The parameter of the opened address that lets a browser in."""
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
OPEN_PATHS = frozenset({"/api/openapi.json", "/static/app.css", "/static/app.js", "/static/icon.svg"})
"""What anyone on this computer may read: it says nothing about anybody."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_UPLOAD = re.compile(r"/files/?\Z")
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}
MAX_UPLOAD = budgets.ACCOUNT_SIZE + (1 << 20)
_DRAINED = 8 << 20
"""Bytes of a rejected request that are read, so that its sender sees the answer."""
_PEEK = 64 << 10
"""Bytes of a form with files in which its first field must be complete."""

ProblemPage = Callable[[Request, int, str, str], Response]

TITLES = {
    400: "We can't read this request",
    401: "Open ExportReady from its icon",
    403: "This request isn't allowed",
    404: "There is nothing here",
    405: "This can't be done here",
    409: "This can't be done now",
    411: "We can't read this request",
    413: "This is too much",
    415: "We can't read this request",
    422: "This can't be done",
    500: "Our mistake",
}
NO_KEY = "Open ExportReady from its icon, not from a bookmark. This keeps your books private on this computer."
WITHOUT_TOKEN = "Send the header “Authorization: Bearer TOKEN”. To print the token, run: exportready app --print-token"  # noqa: S105 - how to get it
FOREIGN_HOST = "This address isn't one of ExportReady's. Open ExportReady from its icon."
FOREIGN_ORIGIN = "Another website sent this request, so nothing was done."
NO_CSRF = "This page is from an earlier start of ExportReady. Load it again; everything you saved is saved."


class Problem(Exception):
    """A request that is rejected, with its status and what the person or the program should do."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Keys(msgspec.Struct, frozen=True):
    """What lets requests in, all derived from the token in the data folder."""

    token: str
    """Of programs."""
    run: str
    """In the address that is opened; another one at each start."""

    def derive(self, purpose: str) -> str:
        """Return a secret that doesn't show the token."""
        return hmac.new(self.token.encode(), purpose.encode(), hashlib.sha256).hexdigest()

    @property
    def cookie(self) -> str:
        """Return the value of the cookie. It stays the same, so that an open page goes on after a restart."""
        return self.derive("cookie")

    @property
    def csrf(self) -> str:
        """Return the CSRF token of our pages."""
        return self.derive("csrf")


def csrf_token(request: Request) -> str:
    """Return the token that every form of a page needs, in the field `csrf` (the first one) or the header X-CSRF-Token."""
    keys: Keys = request.app.state.keys
    return keys.csrf


def problem(status: int, detail: str, title: str = "") -> JSONResponse:
    """Return a problem document."""
    body = {
        "type": "about:blank",
        "title": title or TITLES.get(status, "This can't be done"),
        "status": status,
        "detail": detail,
    }
    headers = {"WWW-Authenticate": 'Bearer realm="ExportReady"'} if status == 401 else None
    return JSONResponse(body, status, headers=headers, media_type=PROBLEM)


def status_of(error: Exception) -> int:
    """Return the status that says what kind of refusal an error is."""
    if isinstance(error, Problem):
        return error.status
    if isinstance(error, NotFound):
        return 404
    return 413 if isinstance(error, TooMuch) else 422 if isinstance(error, Rejected) else 500


def refusal(request: Request, status: int, detail: str, page: ProblemPage | None) -> Response:
    """Return a refusal: a page for a browser that shows one, else a problem document."""
    wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api")
    if page is None or not wants_page:
        return problem(status, detail)
    return page(request, status, TITLES.get(status, "This can't be done"), detail)


class Guard:
    """The outermost layer: decides who gets in, limits the size of requests, and adds the headers that every answer has."""

    def __init__(self, app: ASGIApp, keys: Keys, hosts: frozenset[str], page: ProblemPage | None = None) -> None:
        self.app = app
        self.keys = keys
        self.hosts = hosts
        """Host and port, as browsers send them."""
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":  # the start and the end of the server; there are no web sockets
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        request = Request(scope)
        guarded = _with_headers(send)
        body = _Body(receive, request)
        try:
            self._check_source(request.headers)
            entered = self._entered(request)
            if entered is not None:
                await entered(scope, receive, guarded)
                return
            by = self._authorized(request)
            body.check_size()
            if by == "cookie" and request.method not in _SAFE:
                await self._check_csrf(request, body)
        except Problem as error:
            answer = refusal(request, error.status, str(error), self.page)
            await body.drain()
            await answer(scope, receive, guarded)
            return
        await self.app(scope, body, guarded)

    def _check_source(self, headers: Headers) -> None:
        """Raise Problem unless a request was sent to us, by us or by a program of this computer."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            raise Problem(403, FOREIGN_HOST)
        origins = headers.getlist("origin")
        if origins and (len(origins) != 1 or origins[0].lower() != f"http://{hosts[0].lower()}"):
            raise Problem(403, FOREIGN_ORIGIN)

    def _entered(self, request: Request) -> Response | None:
        """Return the answer to the opened address: the cookie, and the same address without its key. None for any other."""
        given = request.query_params.get(KEY)
        if request.method != "GET" or given is None or request.url.path.startswith("/api"):
            return None
        if not _equal(given, self.keys.run):
            raise Problem(401, NO_KEY)
        rest = urlencode([(name, value) for name, value in parse_qsl(request.url.query, True) if name != KEY])
        answer = RedirectResponse(f"{request.url.path}{'?' if rest else ''}{rest}", 303)
        answer.set_cookie(COOKIE, self.keys.cookie, httponly=True, samesite="strict", path="/")
        return answer

    def _authorized(self, request: Request) -> Literal["token", "cookie", ""]:
        """Return what let a request in. Raises Problem if nothing does."""
        header = request.headers.get("authorization")
        if header is not None:
            kind, _, given = header.partition(" ")
            if kind.lower() == "bearer" and _equal(given.strip(), self.keys.token):
                return "token"
            raise Problem(401, WITHOUT_TOKEN)
        if _equal(request.cookies.get(COOKIE, ""), self.keys.cookie):
            if request.method not in _SAFE and request.headers.get("sec-fetch-site", "same-origin") not in (
                "same-origin",
                "none",
            ):
                raise Problem(403, FOREIGN_ORIGIN)
            return "cookie"
        if request.url.path in OPEN_PATHS:
            return ""
        raise Problem(401, WITHOUT_TOKEN if request.url.path.startswith("/api") else NO_KEY)

    async def _check_csrf(self, request: Request, body: _Body) -> None:
        """Raise Problem unless our own page sent a change."""
        given = request.headers.get(CSRF_HEADER)
        if given is None:
            given = await body.first_field()
        if not _equal(given, self.keys.csrf):
            raise Problem(403, NO_CSRF)


def _equal(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


class _Body:
    """The body of a request, counted while it is read, so that no more than the limit ever gets in.

    It is the `receive` of the layers below. `first_field` looks at the beginning without taking it away.
    """

    def __init__(self, receive: Receive, request: Request) -> None:
        self.receive = receive
        self.kind = request.headers.get("content-type", "")
        self.is_upload = self.kind.startswith("multipart/form-data")
        self.left = MAX_UPLOAD if self.is_upload else budgets.JSON_BODY
        self.peeked: list[Message] = []
        self.stated = request.headers.get("content-length", "0")
        self.is_complete = request.method in _SAFE

    def check_size(self) -> None:
        """Raise Problem if the body says that it is too large."""
        if not self.stated.isdecimal():
            raise Problem(400, "The length of this request isn't a number.")
        if int(self.stated) > self.left:
            raise Problem(413, too_large_request(self.left))

    def __call__(self) -> Awaitable[Message]:
        """Return the next part of the body."""
        return self._next()

    async def _next(self) -> Message:
        if self.peeked:
            return self.peeked.pop(0)
        message = await self.receive()
        self.is_complete = message["type"] != "http.request" or not message.get("more_body")
        self.left -= len(message.get("body", b""))
        if self.left < 0:
            raise Problem(413, too_large_request(MAX_UPLOAD if self.is_upload else budgets.JSON_BODY))
        return message

    async def drain(self) -> None:
        """Read the rest of a small request that is rejected: many clients show an answer only once they have sent everything."""
        left = _DRAINED
        while left > 0 and not self.is_complete:
            message = await self.receive()
            self.is_complete = message["type"] != "http.request" or not message.get("more_body")
            left -= len(message.get("body", b"")) or 1

    async def first_field(self) -> str:
        """Return the CSRF token of a form, from its first field if it has files; empty if it has none."""
        if self.is_upload:
            boundary = re.search(r'boundary="?([^";,]+)', self.kind)
            return _first_of_multipart(await self._peek(_PEEK), boundary[1].encode() if boundary else b"")
        if self.kind.startswith("application/x-www-form-urlencoded"):
            form = parse_qs((await self._peek(budgets.JSON_BODY)).decode("utf-8", "replace"), max_num_fields=2_000)
            return form.get(CSRF_FIELD, [""])[0]
        return ""

    async def _peek(self, limit: int) -> bytes:
        """Return the beginning of the body: for a form with files, until its first field is complete."""
        data, messages = b"", list[Message]()
        while len(data) < limit:
            message = await self._next()
            messages.append(message)
            data += message.get("body", b"")
            if message["type"] != "http.request" or not message.get("more_body") or (self.is_upload and data.count(b"\r\n--")):
                break
        self.peeked = messages
        return data


def too_large_request(limit: int) -> str:
    """Return what to say about a request that is too large as a whole."""
    return f"This is more than {limit >> 20:,} MB at once. Send less at a time. Nothing was added."


def _first_of_multipart(data: bytes, boundary: bytes) -> str:
    """Return the value of the first field of a form with files, if it is the CSRF token."""
    start = b"--" + boundary + b"\r\n"
    if not boundary or not data.startswith(start):
        return ""
    head, _, rest = data[len(start) :].partition(b"\r\n\r\n")
    value, end, _ = rest.partition(b"\r\n--" + boundary)
    return value.decode("ascii", "replace") if end and b'name="csrf"' in head.lower() else ""
