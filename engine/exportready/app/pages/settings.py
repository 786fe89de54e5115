"""Settings of a company: names, its data, archive and delete."""

from __future__ import annotations

from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response, StreamingResponse

from exportready.app import accounts, checks, files, notes
from exportready.app.files import KEPT_FOR
from exportready.app.pages.visit import Visit, does, shows, text_of
from exportready.app.values import Rejected


def _settings(visit: Visit) -> Response:
    return visit.render(
        "settings",
        "Settings",
        "settings",
        person=notes.person(visit.home),
        folder=str(visit.home.path),
        kept=f"Replaced and removed files are kept for {KEPT_FOR.days} days, so that you can undo it.",
        saved=visit.said("saved"),
        error=visit.said("error"),
        can_quit=hasattr(visit.request.app.state, "quit"),
    )


def _you(visit: Visit, form: FormData) -> Response:
    notes.set_person(visit.home, text_of(form, "by"))
    return visit.to("settings", saved=True)


def _rename(visit: Visit, form: FormData) -> Response:
    try:
        accounts.rename(visit.home, visit.id, text_of(form, "name"))
    except Rejected as error:
        return visit.to("settings", error=str(error))
    visit.start_check()
    return visit.to("settings", saved=True)


def _archive(visit: Visit, form: FormData) -> Response:
    accounts.archive(visit.home, visit.id, archived=bool(text_of(form, "archived")))
    return visit.to("/companies") if text_of(form, "archived") else visit.to("settings", saved=True)


def _ask_delete(visit: Visit) -> Response:
    number = len(checks.all_checks(visit.home, visit.id))
    return visit.render("delete", f"Delete {visit.account.name}?", checks=number, error=visit.said("error"))


def _delete(visit: Visit, form: FormData) -> Response:
    """Delete the company, if its name was typed."""
    name = visit.account.name
    if " ".join(text_of(form, "name").split()).casefold() != " ".join(name.split()).casefold():
        return visit.to("delete", error="That isn't the name. Nothing was deleted.")
    accounts.delete(visit.home, visit.id)
    return visit.to("/companies" if accounts.all_accounts(visit.home) else "/", gone=name)


def _everything(visit: Visit) -> Response:
    called = quote(f"{visit.account.name} {visit.now:%Y-%m-%d}.zip")
    return StreamingResponse(
        files.as_zip(visit.home, visit.id),
        media_type="application/zip",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{called}"},
    )


ROUTES = [
    shows("/c/{company}/settings", _settings),
    shows("/c/{company}/delete", _ask_delete),
    shows("/c/{company}/everything.zip", _everything),
    does("/c/{company}/you", _you),
    does("/c/{company}/rename", _rename),
    does("/c/{company}/archive", _archive),
    does("/c/{company}/delete", _delete),
]
