"""All companies, the worst first, each with its next step."""

from __future__ import annotations

import msgspec
from starlette.datastructures import FormData
from starlette.responses import Response

from exportready.app import accounts, checks, files, notes
from exportready.app.pages.history import look
from exportready.app.pages.report_values import label
from exportready.app.pages.visit import AFTER, BEFORE, Visit, does, shows, text_of
from exportready.app.values import Account, Rejected
from exportready.model.display import count

_RANKS = ("fix", "look", "unknown", "none", "fine")


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """One company in the list."""

    id: str
    name: str
    is_example: bool
    archived: bool
    look: str
    verdict: str
    about: str
    next: str
    href: str


def _companies(visit: Visit) -> Response:
    found = [_company(visit, one) for one in accounts.all_accounts(visit.home)]
    found.sort(key=lambda one: (_RANKS.index(one.look), one.name.casefold()))
    return visit.render(
        "companies",
        "Companies",
        companies=[one for one in found if not one.archived],
        archived=[one for one in found if one.archived],
        has_example=any(one.is_example for one in found),
        gone=visit.said("gone"),
        error=visit.said("error"),
    )


def _company(visit: Visit, account: Account) -> Company:
    here = f"/c/{account.id}"
    phase = AFTER if notes.notes(visit.home, account.id).exported_at else BEFORE
    latest = next((one for one in checks.all_checks(visit.home, account.id) if one.phase == phase), None)
    cards = files.cards(visit.home, account.id)
    about = count(len(cards), "file")
    dates = [one.taken_at for one in cards if one.taken_at]
    if dates:
        about += f", the oldest exported {visit.moment(min(dates))}"
    if latest is None:
        return Company(
            id=account.id, name=account.name, is_example=account.is_example, archived=account.archived, look="none",
            verdict="Not checked yet", about=about, next="Add files", href=f"{here}/files",
        )  # fmt: skip
    batch = f"Batch {label(latest)}, checked {visit.moment(latest.at)}. " if latest.batches else ""
    next_ = "See what to fix" if latest.counts.to_fix else "Finish open checks" if latest.counts.open else "Open"
    to = f"{phase}#fix" if latest.counts.to_fix else "needed" if latest.counts.open else phase
    return Company(
        id=account.id,
        name=account.name,
        is_example=account.is_example,
        archived=account.archived,
        look=look(latest),
        verdict=latest.verdict,
        about=batch + about,
        next=next_,
        href=f"{here}/{to}",
    )


def _create(visit: Visit, form: FormData) -> Response:
    try:
        made = accounts.create(visit.home, text_of(form, "name"), visit.now)
    except Rejected as error:
        return visit.to("/companies", error=str(error))
    return visit.to(f"/c/{made.id}/files")


ROUTES = [shows("/companies", _companies), does("/companies", _create)]
