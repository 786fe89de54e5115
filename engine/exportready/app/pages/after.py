"""After export: is every dollar where it belongs, and who does what."""

from __future__ import annotations

from msgspec.structs import replace
from starlette.responses import Response

from exportready.account.questions import EXPORTS
from exportready.app.pages.band import Band
from exportready.app.pages.bridge import bridges, matching
from exportready.app.pages.jobs import groups
from exportready.app.pages.report_values import report_values
from exportready.app.pages.visit import AFTER, BEFORE, Visit, shows
from exportready.app.pages.ways import ways_values
from exportready.model.display import count
from exportready.model.report import Report, Verdict


def _after(visit: Visit) -> Response:
    found, exported_at = visit.checks(AFTER), visit.notes().exported_at
    if not found or (exported_at is not None and found[0].at < exported_at):
        latest = visit.checks(BEFORE)
        batches = latest[0].batches if latest else ()
        question = f"Did batch {batches[0].number} arrive?" if len(batches) == 1 else "Did everything arrive?"
        return visit.render(
            "after-export",
            question,
            AFTER,
            band=None,
            arrival_question=question,
            exported=exported_at is not None,
            has_files=visit.has_files(),
            exports=EXPORTS,
        )
    values = report_values(visit, found[0], visit.shown_before(found))
    report: Report = values["report"]
    done = [key for key, tick in values["ticks"].items() if tick.counts]
    lists = groups(report, values["office"], done)
    keys = [job.key for group in lists for job in group.jobs]
    return visit.render(
        "after-export",
        values["band"].title,
        AFTER,
        **{**values, "band": _with_tasks(values["band"], len(keys), sum(key in done for key in keys))},
        **ways_values(visit, has_files=True),
        phase_query=f"?phase={AFTER}",
        phase_and=f"&phase={AFTER}",
        bridges=bridges(report),
        matching=matching(report),
        groups=lists,
        all_jobs=len(keys),
        done_jobs=sum(key in done for key in keys),
        closed=report.verdict is Verdict.READY,
        exported=exported_at is not None,
    )


def _with_tasks(band: Band, tasks: int, done: int) -> Band:
    """Return the band with the number of tasks that are done."""
    if not tasks or not done:
        return band
    return replace(band, todo=f"{band.todo} You've done {done:,} of {count(tasks, 'task')}.")


ROUTES = [shows(f"/c/{{company}}/{AFTER}", _after)]
