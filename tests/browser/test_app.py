"""The page of `exportready app` in a real browser: from an empty folder to “Ready to export”, and on to what arrived."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from exportready.app import history
from exportready.app.values import TrendPoint

from .app_server import AFTER_EXPORT, BY_HAND, EXAMPLES, App, add, answer_everything, company, running, wait_until_checked
from .conftest import Opened

Run = Callable[..., App]
Open = Callable[..., Opened]
LISTS = "quickbooks-lists.iif"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Return a function that runs the page, with a copy of a data folder if one is given."""
    with ExitStack() as stack:

        def start(data: Path | None = None, at: str = "2026-11-20T18:00:00-07:00") -> App:
            folder = tmp_path / f"data-{len(list(tmp_path.iterdir()))}"
            if data is not None:
                shutil.copytree(data, folder)
            return stack.enter_context(running(folder, at))

        yield start


@pytest.fixture
def open_app(browser: Browser) -> Iterator[Open]:
    """Return a function that opens a page that runs."""
    contexts: list[BrowserContext] = []

    def open_(app: App, size: tuple[int, int] = (1280, 800), scheme: str = "light", script: bool = True) -> Opened:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=script,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        one = Opened(context.new_page())
        one.page.goto(app.address)
        return one

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def ready(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a company that was taken from nothing to “Ready to export” on the page."""
    folder = tmp_path_factory.mktemp("ready") / "data"
    with running(folder) as app:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(30_000)
        one = Opened(context.new_page())
        page = one.page
        page.goto(app.address)
        expect(page.locator("h1")).to_have_text("Can I export this batch?")
        add(page, BY_HAND)
        expect(page.locator(".file")).to_have_count(len(BY_HAND))
        wait_until_checked(page)
        home = company(page)
        page.goto(f"{home}/before-export")
        expect(page.locator("h1")).to_have_text("No problems found so far")
        assert answer_everything(page, home) > 15
        page.goto(f"{home}/before-export")
        expect(page.locator("h1")).to_have_text("Ready to export")
        assert one.complaints == []
        assert all(address.startswith(app.url) for address in one.requests)
        context.close()
    return folder


def open_ready(app: App, open_app: Open, **more: object) -> tuple[Page, str]:
    """Open the company that is ready, and return its page and address."""
    page = open_app(app, **more).page
    return page, company(page)


def planted() -> bytes:
    """Return QuickBooks lists in which an account that items of the pricebook use is inactive."""
    lines = (EXAMPLES / "by-hand" / LISTS).read_bytes().splitlines(keepends=True)
    (at,) = (number for number, line in enumerate(lines) if line.startswith(b"ACCNT\tCost of Goods Sold:Equipment\t"))
    assert lines[at].count(b"\tN\t0\t") == 1
    lines[at] = lines[at].replace(b"\tN\t0\t", b"\tY\t0\t")
    return b"".join(lines)


def test_ready_says_what_to_do_and_until_when_it_is_good(ready: Path, run: Run, open_app: Open) -> None:
    page, home = open_ready(run(ready), open_app)
    expect(page.locator("h1")).to_have_text("Ready to export")
    expect(page.locator(".todo")).to_contain_text("You can export batch 1042 now: 33 transactions, $25,380.34.")
    expect(page.locator(".meaning")).to_contain_text("Good until")
    expect(page.locator("#export ~ .pair .steps").first).to_contain_text("Batch/Export Transactions")
    page.goto(f"{home}/files")
    expect(page.locator("#strip")).to_contain_text("Ready to export")
    page.goto(f"{home}/needed")
    expect(page.locator("main")).to_contain_text("Nothing left to answer")


def test_a_verdict_expires(ready: Path, run: Run, open_app: Open) -> None:
    page, home = open_ready(run(ready, at="2026-11-21T09:00:00-07:00"), open_app)
    expect(page.locator("h1")).to_have_text("No problems found so far")
    wait_until_checked(page)
    page.goto(f"{home}/needed")
    assert page.locator("#again ~ .card li").count() > 0, "what expired can be renewed"
    before = page.locator("#again ~ .card li").count()
    with page.expect_navigation():
        page.locator("#again ~ .card button").first.click()
    assert page.locator("#again ~ .card li").count() < before


def test_a_planted_defect_is_found_fixed_and_its_fix_is_shown(ready: Path, run: Run, open_app: Open, tmp_path: Path) -> None:
    page, home = open_ready(run(ready), open_app)
    broken = tmp_path / LISTS
    broken.write_bytes(planted())
    page.goto(f"{home}/files")
    add(page, [broken])
    wait_until_checked(page)
    page.goto(f"{home}/before-export")
    expect(page.locator("h1")).to_have_text("Don't export yet")
    card = page.locator("#fix ~ article").first
    expect(card.locator("h3")).to_contain_text("cost accounts are missing")
    expect(card.locator(".chip")).to_have_text("New")
    card.locator("input[type=checkbox]").check()
    expect(card.locator(".tick")).to_contain_text("Done today at")
    expect(page.locator("h1")).to_have_text("Don't export yet")
    page.reload()
    expect(card.locator("input[type=checkbox]")).to_be_checked()
    expect(page.locator("#again ~ table")).to_contain_text(LISTS)
    add(page, [EXAMPLES / "by-hand" / LISTS])
    wait_until_checked(page)
    page.goto(f"{home}/before-export")
    expect(page.locator("h1")).to_have_text("Ready to export")
    expect(page.locator(".changed .chip").first).to_contain_text("fixed")
    page.locator(".changed summary").click()
    expect(page.locator(".changed")).to_contain_text("cost accounts are missing")


def test_after_the_export_the_page_ties_out_and_remembers_ticks(ready: Path, run: Run, open_app: Open) -> None:
    app = run(at="2026-11-21T12:00:00-07:00")
    page = open_app(app).page
    add(page, AFTER_EXPORT)
    wait_until_checked(page)
    home = company(page)
    page.goto(f"{home}/after-export")
    with page.expect_navigation():
        page.get_by_role("button", name="I've exported it").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Check with the files I have").click()
    wait_until_checked(page)
    expect(page.locator("h1")).to_have_text("Some transactions are missing or wrong")
    bridge = page.locator(".bridge").first
    expect(bridge.locator(".first")).to_contain_text("$75,110.37")
    expect(bridge.locator(".sum")).to_contain_text("$73,452.27")
    jobs = page.locator(".job")
    total = jobs.count()
    expect(jobs.filter(has_text="Invoice 58248")).to_contain_text("twice")
    box = jobs.filter(has_text="58248").locator("input[type=checkbox]")
    box.check()
    expect(page.locator("#list .right")).to_have_text(f"1 of {total} done")
    page.reload()
    expect(box).to_be_checked()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Work list for Excel").first.click()
    assert "58278" in Path(saved.value.path()).read_text("utf-8-sig")


def test_history_compares_and_opens_earlier_reports(ready: Path, run: Run, open_app: Open) -> None:
    page, home = open_ready(run(ready), open_app)
    page.goto(f"{home}/history")
    assert page.locator(".checks tbody tr").count() > 3
    page.goto(f"{home}/history?all=1")
    page.locator(".checks input[name=older]").last.check()
    with page.expect_navigation():
        page.get_by_role("button", name="Compare these two checks").click()
    expect(page.locator(".verdicts")).to_contain_text("Ready to export")
    expect(page.locator(".chips")).to_contain_text("newly checked")
    page.goto(f"{home}/history?all=1")
    with page.expect_navigation():
        page.locator(".checks tbody a").last.click()
    expect(page.locator("main")).to_contain_text("This is how it was")
    for name in ("report.html", "report.csv", "report.json"):
        with page.expect_download() as saved:
            page.locator("#send").evaluate("one => { one.open = true; }")
            page.locator(f"#send a[href$='{name}']").click()
        assert Path(saved.value.path()).stat().st_size > 100


def test_the_trend_says_how_many_problems_each_batch_began_with(
    ready: Path, run: Run, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = [
        TrendPoint(
            label=str(1037 + number),
            at=datetime(2026, 10, 2, 12, tzinfo=UTC) + timedelta(days=7 * number),
            problems=problems,
            verdict_key="ready",
            verdict="Ready to export",
            check_id="",
        )
        for number, problems in enumerate((11, 9, 9, 6, 7, 4, 3, 0))
    ]
    monkeypatch.setattr(history, "trend", lambda home, account_id: tuple(points))
    page, home = open_ready(run(ready), open_app)
    page.goto(f"{home}/history")
    expect(page.get_by_role("img", name="Down from 11 to 0 in 8 batches")).to_be_visible()
    assert page.locator("svg.trend rect").count() == 8
    assert int(page.locator("svg.trend rect").first.get_attribute("height") or 0) > 60


def test_everything_works_without_the_script(run: Run, open_app: Open) -> None:
    page = open_app(run(), script=False).page
    page.locator("#start-files").set_input_files(BY_HAND)
    page.get_by_role("button", name="Add these files").first.click()
    expect(page.locator(".file")).to_have_count(len(BY_HAND))
    home = company(page)
    for _ in range(100):
        if page.locator("#strip").filter(has_text="open").count():
            break
        page.wait_for_timeout(200)
        page.reload()
    page.locator("#strip .button").click()
    before = page.locator("h1 + p").inner_text()
    page.locator(".card.big").first.locator(".choice").last.click()
    page.locator(".card.big").first.locator("button.main").click()
    assert page.locator("h1 + p").inner_text() != before
    page.goto(f"{home}/before-export")
    for _ in range(100):
        if not page.get_by_role("link", name="Refresh").count():
            break
        page.wait_for_timeout(200)
        page.get_by_role("link", name="Refresh").first.click()
    expect(page.locator("h1")).to_have_text("No problems found so far")
    page.locator(".fold > summary").first.click()
    assert page.locator(".fold > :not(summary)").first.is_visible()
    page.goto(f"{home}/files")
    page.get_by_role("button", name="Remove pricebook.xlsx").click()
    expect(page.locator(".added")).to_contain_text("pricebook.xlsx was removed")
    page.get_by_role("button", name="Undo: pricebook.xlsx").click()
    expect(page.locator(".file h3")).to_contain_text(["pricebook.xlsx"])


@pytest.mark.parametrize("cards", [3, pytest.param(80, marks=pytest.mark.slow)])
def test_the_keyboard_alone_is_enough(run: Run, open_app: Open, cards: int) -> None:
    page = open_app(run()).page
    reach(page, "Choose Files")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    with page.expect_navigation():
        chooser.value.set_files(BY_HAND)
    wait_until_checked(page)
    home = company(page)
    page.reload()
    for name in tabbed(page):
        assert name, "everything that the keyboard reaches has a name"
    assert answer_everything(page, home, by_keyboard=True, cards=cards) >= min(cards, 15)
    wait_until_checked(page)
    page.goto(f"{home}/before-export")
    expect(page.locator("h1")).to_have_text("Ready to export" if cards == 80 else "No problems found so far")


NAME = "(e => e.getAttribute('aria-label') || (e.labels && e.labels[0] && e.labels[0].textContent) || e.textContent || e.name || e.id)"


def tabbed(page: Page) -> list[str]:
    """Return what Tab reaches, in this order, and check that the focus is visible."""
    names: list[str] = []
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            return names
        names.append(page.evaluate(f"{NAME}(document.activeElement)").strip())
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(f"document.activeElement.matches('.pick') || {outline} !== 'none'")
    raise AssertionError("Tab never comes to the end of the page")


def reach(page: Page, name: str) -> None:
    """Press Tab until something with this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if name.lower() in page.evaluate(f"{NAME}(document.activeElement)").lower():
            return
    raise AssertionError(f"the keyboard doesn't reach {name}")
