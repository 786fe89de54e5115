"""Pages in a real browser. `make test` installs one. Without a browser these tests fail: a skipped test is easily missed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, sync_playwright

from exportready.model.report import Finding, Report, RuleResult, Thing, Verdict
from exportready.model.rules import Severity
from exportready.reporters import Options, engineer, office, render, view
from samples import report

AT = {"after-export": "2026-11-21T12:00:00-07:00"}
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update")
VIEWS = ("office", "csm", "engineer")
SMALL = ("ready", "cannot-tell", "after-export", "few-findings")
RESULTS = (*SMALL, "not-ready", pytest.param("5000-findings", marks=pytest.mark.slow))

COMPONENTS = (
    "[...new Set([...document.querySelectorAll('body *')].map(e => [e.tagName, ...[...e.classList].sort()].join('.')))]"
)
"""Script that returns the distinct elements of a page with their classes."""


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
    """Return one of the reports that every view is tested with."""
    example = {"cannot-tell": "by-hand", "5000-findings": "not-ready", "few-findings": "not-ready"}.get(name, name)
    found = report(example, datetime.fromisoformat(AT.get(name, "2026-11-20T18:00:00-07:00")))
    if name == "few-findings":
        return few(found)
    return many(found, 5_000) if name == "5000-findings" else found


def few(report: Report) -> Report:
    """Return the report with one rule of each look, and two of its findings of each severity."""

    def look(one: RuleResult) -> object:
        severities = frozenset(finding.severity for finding in one.findings)
        has_names = any(view.record_name(one, finding) for finding in one.findings)
        is_listed = bool(one.findings) and view.lists_findings(one)
        return one.outcome, one.rule.severity, severities, bool(one.gaps), bool(one.undecided), has_names, is_listed

    def two_of_each(findings: Iterable[Finding]) -> tuple[Finding, ...]:
        by_severity = [[one for one in findings if one.severity is severity][:2] for severity in Severity]
        return tuple(chain.from_iterable(by_severity))

    first = {look(one): one for one in reversed(report.results)}
    kept = [replace(one, findings=two_of_each(one.findings)) for one in report.results if one is first[look(one)]]
    return replace(report, results=tuple(kept))


def many(report: Report, number: int) -> Report:
    """Return the report with this many more findings, spread over the rules that have some."""
    with_findings = [one for one in report.results if one.findings]

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
            for at in range(number // len(with_findings) + 1)
        )
        return replace(one, findings=(*one.findings, *added))

    return replace(report, results=tuple(map(more, report.results)), verdict=Verdict.NOT_READY)


@pytest.fixture(scope="session")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """Return a function that writes the page of a report for an audience once and returns its path."""
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def write(name: str, audience: str) -> Path:
        path = folder / f"{name}-{audience}.html"
        with pytest.MonkeyPatch.context() as patch:
            if name == "few-findings":  # else the few findings would all be listed, and no page would say that there are more
                patch.setattr(office, "MAX_LISTED", 3)
                patch.setattr(engineer, "MAX_LISTED", 3)
            path.write_text(render("html", result(name), Options(audience=audience)), encoding="utf-8")
        return path

    return write


class Opened:
    """An open page with its requests, and with the console messages and errors that it has caused."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
