"""The first screen: drop files, and a company is there. Also the list of files to export, and what every screen loads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from exportready.account.questions import EXPORTS
from exportready.app import accounts, example, files
from exportready.app.pages.visit import Visit, does, shows, takes
from exportready.app.staging import Upload
from exportready.app.values import Rejected
from exportready.reporters.pages import script, style

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#1f5f99"/>'
    '<path d="m6.5 12.5 3.6 3.6 7.6-8.2" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" '
    'stroke-linejoin="round"/></svg>'
)


def _first(visit: Visit) -> Response:
    """Open the only company, the list of several, or the start."""
    found = [one for one in accounts.all_accounts(visit.home) if not one.archived]
    if not found:
        return _start(visit)
    return RedirectResponse(f"/c/{found[0].id}/" if len(found) == 1 else "/companies", 303)


def _start(visit: Visit) -> Response:
    has_example = any(one.is_example for one in accounts.all_accounts(visit.home))
    return visit.render(
        "start", "Can I export this batch?", exports=EXPORTS, message=visit.said("message"), has_example=has_example
    )


def _drop(visit: Visit, form: Mapping[str, str], uploads: Sequence[Upload]) -> Response:
    """Make a company of the first files that are dropped."""
    del form
    made = accounts.create(visit.home, "", visit.now)
    try:
        added = files.add(visit.home, made.id, uploads, visit.now)
    except Rejected as error:
        accounts.delete(visit.home, made.id)
        return visit.to("/", message=str(error))
    if not any(one.card for one in added):
        accounts.delete(visit.home, made.id)
        return visit.to(
            "/",
            message=" ".join(f"{one.name}: {one.why}" for one in added[:5])
            or "We found no files in what you dropped. Drop the files themselves, or their folder.",
        )
    visit.open(accounts.account(visit.home, made.id))
    visit.start_check()
    return visit.to("files", added=added)


def _example(visit: Visit, form: FormData) -> Response:
    del form
    made = example.open_example(visit.home, visit.now)
    visit.open(made)
    visit.start_check()
    return visit.to("before-export")


def _company(visit: Visit) -> Response:
    """Open a company where its next step is."""
    return RedirectResponse(f"{visit.here}/{visit.phase()}", 303)


def _exports(visit: Visit) -> Response:
    return visit.render("exports", "Four files to export", exports=EXPORTS)


def _quit(visit: Visit, form: FormData) -> Response:
    del form
    answer = visit.render("closed", "ExportReady has closed")
    visit.request.app.state.quit()
    return answer


def _css(request: Request) -> Response:
    return PlainTextResponse(style("app"), media_type="text/css")


def _js(request: Request) -> Response:
    return PlainTextResponse(script("app"), media_type="text/javascript")


def _icon(request: Request) -> Response:
    return HTMLResponse(_ICON, media_type="image/svg+xml")


ROUTES = [
    shows("/", _first),
    shows("/start", _start),
    shows("/exports", _exports),
    shows("/c/{company}/", _company),
    takes("/drop", _drop),
    does("/example", _example),
    does("/quit", _quit),
    Route("/static/app.css", _css),
    Route("/static/app.js", _js),
    Route("/static/icon.svg", _icon),
]
