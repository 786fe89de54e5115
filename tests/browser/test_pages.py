"""The report in a real browser: the first screen, without the script, with the keyboard, on paper, and what axe finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from exportready.reporters import Options, render

from .conftest import COMPONENTS, RESULTS, SMALL, VIEWS, Opened, many, result

Open = Callable[..., Opened]
DESKTOP, PHONE = (1280, 800), (390, 844)
SLOW = [pytest.param("5000-findings", marks=pytest.mark.slow)]
LARGE = [pytest.param(name, marks=pytest.mark.slow) for name in ("not-ready", "5000-findings")]


@pytest.fixture
def open_page(browser: Browser, page_of: Callable[[str, str], Path]) -> Iterator[Open]:
    """Return a function that opens the page of a report for an audience."""
    contexts = []

    def open_(
        name: str, audience: str = "office", size: tuple[int, int] = DESKTOP, scheme: str = "light", script: bool = True
    ) -> Opened:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=script,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        one = Opened(context.new_page())
        one.page.goto(page_of(name, audience).as_uri())
        return one

    yield open_
    for context in contexts:
        context.close()


def is_on_screen(page: Page, selector: str) -> bool:
    """Return whether all of an element is on the screen without scrolling."""
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"] and box["x"] + box["width"] <= size["width"]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", ["not-ready", "after-export", *SLOW])
def test_the_verdict_and_the_first_fixes_are_on_the_first_screen(open_page: Open, name: str, size: tuple[int, int]) -> None:
    page = open_page(name, size=size).page
    assert is_on_screen(page, "h1")
    assert is_on_screen(page, ".three li")
    assert page.locator(".three li").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", ["ready", "cannot-tell"])
def test_the_verdict_and_open_questions_are_on_the_first_screen(open_page: Open, name: str, size: tuple[int, int]) -> None:
    page = open_page(name, size=size).page
    assert is_on_screen(page, "h1")
    assert is_on_screen(page, ".meaning")
    assert name == "ready" or is_on_screen(page, ".open")


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("audience", VIEWS)
def test_every_view_can_be_reached_and_read_without_the_script(open_page: Open, name: str, audience: str) -> None:
    page = open_page(name, audience, script=False).page
    for view in (audience, *VIEWS):
        page.locator(f"label[for=view-{view}]").click()
        assert [one for one in VIEWS if page.locator(f".view.{one}").is_visible()] == [view]
        assert len(page.locator(f".view.{view}").inner_text()) > 90
    page.locator("label[for=view-office]").click()
    for fold in page.locator(".view.office details").all()[:5]:
        if fold.get_attribute("open") is None:
            fold.locator("> summary").click()
        assert fold.locator("> :not(summary)").first.is_visible()
    assert page.locator(".tools, .copy, .sort").count() == 0, "no control that needs the script"


def test_a_link_to_a_problem_works_from_every_view(open_page: Open) -> None:
    for script in (True, False):
        page = open_page("not-ready", "engineer", script=script).page
        link = page.locator(".three a").first
        target = link.get_attribute("href") or ""
        link.click()
        page.locator(target).wait_for(state="visible")


def test_searching_filtering_sorting_and_copying(open_page: Open) -> None:
    one = open_page("not-ready", "engineer")
    page = one.page
    items = page.locator(".view.engineer .detail")
    total = items.count()
    page.locator("#search-engineer").fill("populateserialnumbers")
    assert 0 < items.locator("visible=true").count() < 4
    page.locator("#search-engineer").fill("no finding has this text")
    assert items.locator("visible=true").count() == 0
    assert page.locator(".view.engineer .tools [role=status]").inner_text() != ""
    page.locator("#search-engineer").fill("")
    page.locator(".view.engineer .tools select").select_option("warning")
    warnings = items.locator("visible=true").count()
    assert 0 < warnings < total
    page.locator(".view.engineer .tools select").select_option("")
    table = page.locator(".view.engineer table.sortable").last
    table.locator("th button").first.click()
    assert table.locator("th").first.get_attribute("aria-sort") == "ascending"
    names = table.locator("tbody th").all_inner_texts()
    assert names == sorted(names)
    table.locator("th button").first.click()
    assert table.locator("tbody th").all_inner_texts() == names[::-1]
    page.locator("label[for=view-office]").click()
    page.locator(".view.office .copyable summary").last.click()
    page.locator(".view.office .copy").last.click()
    expect(page.locator(".view.office .copy").last).to_have_text("Copied")
    assert one.complaints == []


NAMED = "(e => e.id || e.className || e.textContent.trim().slice(0, 40))"
OUTLINED = """e => getComputedStyle(e.type === 'radio' ? e.nextElementSibling : e).outlineStyle !== 'none'"""


def test_the_keyboard_reaches_everything(open_page: Open) -> None:
    page = open_page("not-ready").page
    reached = set()
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        reached.add(page.evaluate(f"{NAMED}(document.activeElement)"))
        assert page.evaluate(f"({OUTLINED})(document.activeElement)"), "the focus is visible"
    reachable = page.evaluate(
        "[...document.querySelectorAll('a[href], button, summary, [tabindex=\"0\"], input:checked, input[type=search]')]"
        ".filter(e => e.checkVisibility() && (!e.closest('details:not([open])') || e.matches('details:not([open]) > summary')))"
        f".map({NAMED})"
    )
    assert set(reachable) <= reached
    page.locator("#view-office").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".view.csm").is_visible()
    page.keyboard.press("ArrowRight")
    assert page.locator(".view.engineer").is_visible()


@pytest.mark.parametrize("audience", VIEWS)
@pytest.mark.parametrize("script", [True, False])
def test_paper_shows_closed_parts_and_no_controls(open_page: Open, audience: str, script: bool) -> None:
    page = open_page("not-ready", audience, script=script).page
    page.locator("#print-all").check()
    page.emulate_media(media="print")
    inside = f".view.{audience} details:not([open]) > :not(summary)"
    assert page.locator(inside).count() > 0
    assert page.locator(inside).filter(visible=False).count() == 0
    assert page.locator(".tools, .copy, .switch").filter(visible=True).count() == 0
    assert len(page.pdf()) > 20_000


@pytest.mark.parametrize("name", RESULTS)
def test_the_page_makes_no_requests(open_page: Open, name: str) -> None:
    one = open_page(name)
    for view in VIEWS:
        one.page.locator(f"label[for=view-{view}]").click()
    one.page.mouse.wheel(0, 20_000)
    assert len(one.requests) == 1
    assert one.requests[0].startswith("file:")
    assert one.complaints == [], "its policy allows its own script, and nothing was blocked"
    one.page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.foreign = 1'}))"
    )
    assert one.page.evaluate("window.foreign") is None, "its policy allows no other script"


@pytest.mark.parametrize("large", ["not-ready", *SLOW])
def test_the_page_with_few_findings_has_every_element_of_large_pages(open_page: Open, large: str) -> None:
    """Axe checks the small page; the large ones have no other elements, so its result holds for them too."""
    small, whole = (set(open_page(name).page.evaluate(COMPONENTS)) for name in ("few-findings", large))
    assert whole - small == set()


@pytest.mark.parametrize("audience", VIEWS)
@pytest.mark.parametrize("name", [*SMALL, *LARGE])
@pytest.mark.parametrize("media", ["light", "dark", "print"])
def test_axe_finds_no_violations(open_page: Open, name: str, audience: str, media: str) -> None:
    page = open_page(name, audience, scheme=media).page
    if media == "print":
        page.emulate_media(media="print")
    elif name != "5000-findings":
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found] == []


@pytest.mark.slow
def test_a_page_with_a_hundred_thousand_findings_opens(browser: Browser, tmp_path: Path) -> None:
    text = render("html", many(result("not-ready"), 100_000), Options())
    path = tmp_path / "many.html"
    path.write_text(text, encoding="utf-8")
    assert path.stat().st_size < 10_000_000
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.locator("h1").is_visible()
    assert "The CSV report lists all." in page.locator(".view.office .card .note").first.inner_text()
    page.close()
