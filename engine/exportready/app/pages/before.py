"""Before export: can I export now, and what first. Also what both verdict screens post: checks, ticks, “I've exported it”."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from exportready.account.questions import EXPORTS
from exportready.app import checks, notes
from exportready.app.pages.band import has_expired_check
from exportready.app.pages.report_values import report_values
from exportready.app.pages.visit import AFTER, BEFORE, Visit, does, shows, state_of, text_of
from exportready.app.pages.ways import ways_values
from exportready.app.values import CheckInfo
from exportready.model.report import Report, Verdict

_GOOD = (Verdict.READY, Verdict.READY_WITH_WARNINGS)


def _before(visit: Visit) -> Response:
    found = visit.checks(BEFORE)
    if found and has_expired_check(found[0], visit.now) and visit.progress().state == "idle":
        visit.start_check(BEFORE)
    if not found:
        return visit.render(
            "before-export", "Before export", BEFORE, band=None, exports=EXPORTS, has_files=visit.has_files(), exported=False
        )
    values = report_values(visit, found[0], visit.shown_before(found))
    report: Report = values["report"]
    is_ready = report.verdict in _GOOD and not has_expired_check(found[0], visit.now) and not values["view"].narrowed(report)
    return visit.render(
        "before-export",
        values["band"].title,
        BEFORE,
        **values,
        **ways_values(visit, has_files=True),
        phase_query=f"?phase={BEFORE}",
        phase_and=f"&phase={BEFORE}",
        ready=is_ready,
        export_steps=_export_steps(found[0]),
        until=_until(found[0]),
    )


def _export_steps(check: CheckInfo) -> list[str]:
    """Return the clicks of the export itself."""
    batches = [f"{batch.number} ({batch.name})" if batch.name else batch.number for batch in check.batches]
    which = f"Choose batch {batches[0]}" if len(batches) == 1 else "Choose the batch"
    return [
        "Open Accounting > Batch/Export Transactions",
        which,
        "Post it, then choose Export",
        "Wait until it says Exported",
    ]


def _until(check: CheckInfo) -> int:
    """Return when the screen looks again by itself, in seconds since 1970; 0 if it doesn't have to."""
    return int(check.good_until.timestamp()) + 1 if check.good_until else 0


def _check(visit: Visit, form: FormData) -> Response:
    """Check now."""
    back = text_of(form, "back") or visit.request.query_params.get("back", BEFORE)
    to = back if back in (BEFORE, AFTER) else BEFORE
    visit.start_check(to)
    return visit.to(to)


def _ticks(visit: Visit, form: FormData) -> Response:
    """Mark a task as done, or not done."""
    notes.tick(visit.home, visit.id, text_of(form, "key")[:200], visit.now if text_of(form, "done") else None)
    if visit.request.headers.get("x-script"):
        return JSONResponse({"saved": True})
    return visit.to(text_of(form, "back") if text_of(form, "back") in (BEFORE, AFTER) else BEFORE)


def _exported(visit: Visit, form: FormData) -> Response:
    """Note that the batch was exported: from now on, what arrived is checked."""
    del form
    notes.set_exported(visit.home, visit.id, visit.now)
    return visit.to(AFTER)


def _next(visit: Visit, form: FormData) -> Response:
    """Go on to the next batch."""
    del form
    notes.set_exported(visit.home, visit.id, None)
    visit.start_check(BEFORE)
    return visit.to(BEFORE)


def _progress(visit: Visit) -> Response:
    """Return how far the check is, for the script."""
    found, progress = visit.checks(visit.phase()), visit.progress()
    latest = found[0] if found else None
    return JSONResponse(
        {
            "state": progress.state,
            "waiting": progress.waiting,
            "done": progress.files_done,
            "total": progress.files_total,
            "words": progress.words,
            "check": state_of(latest),
            "stamp": checks.stamp_of(visit.home, visit.id),
            "verdict": f"Check finished: {latest.verdict}." if latest else "",
        }
    )


ROUTES = [
    shows(f"/c/{{company}}/{BEFORE}", _before),
    shows("/c/{company}/progress", _progress),
    does("/c/{company}/check", _check),
    does("/c/{company}/ticks", _ticks),
    does("/c/{company}/exported", _exported),
    does("/c/{company}/next", _next),
]
