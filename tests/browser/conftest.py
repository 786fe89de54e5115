"""The pages in a real browser. `make test` sees that there is one; without one these tests fail, since nobody would look."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, sync_playwright

from exportready.check import CheckRequest, check
from exportready.model.report import Report, RuleResult, Thing, Verdict
from exportready.reporters import Options, render
from exportready.rulebook.load import load
from exportready.runtime import shipped

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = {"after-export": "2026-11-21T12:00:00-07:00"}
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update")
VIEWS = ("office", "csm", "engineer")
RESULTS = ("ready", "not-ready", "cannot-tell", "after-export", "5000-findings")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None
    )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield started
        started.close()


@cache
def result(name: str) -> Report:
    """One of the results that every view is tried on."""
    example = {"cannot-tell": "by-hand", "5000-findings": "not-ready"}.get(name, name)
    at = datetime.fromisoformat(AT.get(name, "2026-11-20T18:00:00-07:00"))
    report = check(CheckRequest(snapshot=EXAMPLES / example, rulebook=load(shipped.folder("rules")), at=at))
    return many(report, 5_000) if name == "5000-findings" else report


def many(report: Report, number: int) -> Report:
    """The report with so many findings more, spread over the rules that fail."""
    failing = [one for one in report.results if one.findings]

    def more(one: RuleResult) -> RuleResult:
        if not one.findings:
            return one
        first = one.findings[0]
        added = (
            replace(
                first,
                fingerprint=f"{at:032x}",
                subject=Thing("servicetitan.material", f"MATERIAL-{at}"),
                message=f"MATERIAL-{at}: {first.message}",
            )
            for at in range(number // len(failing) + 1)
        )
        return replace(one, findings=(*one.findings, *added))

    return replace(report, results=tuple(map(more, report.results)), verdict=Verdict.NOT_READY)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page of each result, for each audience."""
    folder = tmp_path_factory.mktemp("pages")
    for name in RESULTS:
        for audience in VIEWS:
            text = render("html", result(name), Options(audience=audience))
            (folder / f"{name}-{audience}.html").write_text(text, encoding="utf-8")
    return folder


class Opened:
    """A page that was opened, and what it asked for and complained of meanwhile."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
