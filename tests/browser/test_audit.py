"""The report on many accounts in a real browser: filters, sorting, keyboard, accessibility and printing.

The slow run has a thousand accounts; the fast run has enough that every filter shows some and hides some.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from exportready.model.audit import Audit
from exportready.model.report import Verdict
from exportready.reporters.audit import Options, render
from exportready.reporters.audit.view import AuditView, audit_view

from .conftest import COMPONENTS, Opened
from .fleet import fleet

Open = Callable[..., Opened]
SOME, MANY = 80, 1_000
LONG_NAME = "A very long name of a plumbing, heating and air conditioning company with all of its branches and owners " * 3


def worst_case() -> Audit:
    """Return an audit in which everything in the summary is as long as it can be."""
    audit = fleet(40)
    accounts = tuple(
        replace(
            account,
            state=replace(
                account.state,
                name=LONG_NAME,
                key_issues=tuple(replace(issue, message=LONG_NAME * 4) for issue in account.state.key_issues),
            ),
        )
        for account in audit.accounts
    )
    rules = tuple(replace(rule, problem=LONG_NAME) for rule in audit.rules)
    past = tuple(replace(audit.past[0], at=past.at) for past in audit.past * 9)
    return replace(audit, accounts=accounts, rules=rules, past=past, left_out=("items/cogs-account",), own_rules=True)


def varied_fleet(number: int) -> Audit:
    """Return an audit of a number of accounts, of which every filter finds some."""
    return fleet(number, seed=1)


AUDITS: dict[str, Callable[[], Audit]] = {
    "1": lambda: fleet(1),
    "16": lambda: fleet(16, seed=150),
    "40": lambda: fleet(40),
    str(SOME): lambda: varied_fleet(SOME),
    str(MANY): lambda: varied_fleet(MANY),
    "long": worst_case,
}
SLOW = pytest.param(str(MANY), marks=pytest.mark.slow)


@pytest.fixture(scope="session")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that writes the page of an audit, once, and returns its path."""
    folder = tmp_path_factory.mktemp("audits")

    @cache
    def write(name: str) -> Path:
        path = folder / f"{name}.html"
        path.write_text(render("html", AUDITS[name](), Options(reports_url="accounts/")), encoding="utf-8")
        return path

    return write


@pytest.fixture
def open_page(browser: Browser, page_path: Callable[[str], Path]) -> Iterator[Open]:
    """Return a function that opens the page of one of the audits."""
    contexts = []

    def open_(name: str, width: int = 1280, scheme: str = "light", script: bool = True) -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.goto(page_path(name).as_uri())
        return opened

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(params=[str(SOME), SLOW])
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of the audit to open."""
    return str(request.param)


@pytest.fixture
def view(name: str) -> AuditView:
    """Return what the page of this audit shows."""
    return varied_view(int(name))


@cache
def varied_view(number: int) -> AuditView:
    return audit_view(varied_fleet(number))


def count_shown_rows(page: Page) -> int:
    return int(page.evaluate("document.querySelectorAll('#fleet tbody tr:not([hidden])').length"))


def assert_shown(page: Page, view: AuditView, number: int) -> None:
    """Assert that a number of rows is shown and counted."""
    assert 0 < number < len(view.rows)
    expect(page.locator(".count")).to_have_text(f"{number:,} of {len(view.rows):,}")
    assert count_shown_rows(page) == number


def test_page_opens_and_loads_nothing_else(open_page: Open, name: str) -> None:
    opened = open_page(name)
    number = int(name)
    expect(opened.page.locator(".count")).to_have_text(f"{number:,} of {number:,}")
    assert opened.page.locator("#fleet tbody tr").count() == number
    assert opened.page.locator("h1").is_visible()
    assert opened.requests == [opened.page.url]
    assert opened.complaints == []


@pytest.mark.parametrize("name", ["1", "40", "long"])
@pytest.mark.parametrize("width", [390, 1280])
def test_page_has_no_horizontal_scrollbar(open_page: Open, name: str, width: int) -> None:
    page = open_page(name, width).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_filters(open_page: Open, name: str, view: AuditView) -> None:
    page = open_page(name).page
    rules = [rule.id for rule in varied_fleet(int(name)).rules]

    def select(filter_: str, value: str) -> None:
        page.locator(f"[data-by={filter_}]").select_option(value)

    for verdict in Verdict:
        select("verdict", verdict.value)
        assert_shown(page, view, sum(row.verdict is verdict for row in view.rows))
    page.locator(".filters .all").click()
    position = rules.index("items/cogs-account")
    select("rule", str(position))
    assert_shown(page, view, sum(position in row.failed_rules for row in view.rows))
    select("state", "u")
    assert_shown(page, view, sum(position in row.unknown_rules for row in view.rows))
    select("state", "w")
    assert_shown(page, view, sum(position in row.accepted_rules for row in view.rows))
    page.locator(".filters .all").click()
    items = [folder for folder, _ in view.areas].index("items")
    select("area", str(items))
    select("look", "fix")
    assert_shown(page, view, sum(row.cells[items].look == "fix" for row in view.rows))
    select("look", "unknown")
    assert_shown(page, view, sum("unknown" in row.cells[items].css or "also" in row.cells[items].css for row in view.rows))
    select("verdict", Verdict.NOT_READY.value)
    page.locator("[data-by=text]").fill("granite WEST")
    expected = [
        row
        for row in view.rows
        if ("unknown" in row.cells[items].css or "also" in row.cells[items].css)
        and row.verdict is Verdict.NOT_READY
        and row.name.startswith("Granite")
        and (row.place.startswith("west") or "west" in row.tags)
    ]
    assert_shown(page, view, len(expected))
    page.locator(".filters .all").click()
    expect(page.locator(".count")).to_have_text(f"{len(view.rows):,} of {len(view.rows):,}")
    for age, expected_count in (
        ("new", sum(row.oldest_age is not None and row.oldest_age <= timedelta(hours=4) for row in view.rows)),
        ("14400", sum(row.oldest_age is not None and row.oldest_age > timedelta(hours=4) for row in view.rows)),
        ("604800", sum(row.is_old for row in view.rows)),
        ("2592000", sum(row.oldest_age is not None and row.oldest_age > timedelta(days=30) for row in view.rows)),
        ("x", sum(row.oldest_age is None for row in view.rows)),
    ):
        select("age", age)
        assert_shown(page, view, expected_count)
    page.locator(".filters .all").click()
    for owner in view.owners:
        select("owner", owner.name or "-")
        assert_shown(page, view, owner.total)
    page.locator(".filters .all").click()
    for tag in view.tags:
        select("tag", tag)
        assert_shown(page, view, sum(tag in row.tags for row in view.rows))
    page.locator(".filters .all").click()
    page.locator("[data-by=unreadable]").check()
    assert_shown(page, view, view.summary.unreadable)
    page.locator(".filters .all").click()
    page.locator("[data-by=changed]").check()
    assert_shown(page, view, sum(row.has_changed for row in view.rows))
    page.locator("[data-by=text]").fill("no account has this name")
    expect(page.locator(".count")).to_have_text(f"0 of {len(view.rows):,}")


def test_links_of_numbers_and_rules_filter_the_accounts(open_page: Open, name: str, view: AuditView) -> None:
    page = open_page(name).page
    for tile in view.summary.tiles:
        page.locator(f".tile[data-to={tile.verdict.value}]").click()
        assert_shown(page, view, tile.number)
    for owner in view.owners:
        page.locator(f"[data-set=owner][data-to='{owner.name or '-'}']").click()
        assert_shown(page, view, owner.total)
    first = view.rules[0]
    page.locator(f".most a[href='#{first.anchor}']").click()
    expect(page.locator(f"#{first.anchor} .names").first).to_be_visible()
    page.locator(f"#{first.anchor} .show-rows").click()
    assert_shown(page, view, first.failed)


def column_texts(page: Page, number: int) -> list[str]:
    texts: list[str] = page.evaluate(
        f"[...document.querySelectorAll('#fleet tbody tr')].map(row => row.cells[{number}].innerText)"
    )
    return texts


def sort_by(page: Page, number: int) -> None:
    """Sort by a column and show all rows."""
    page.locator("#fleet thead th").nth(number).locator("button").click()
    if page.locator(".more-rows button").is_visible():
        page.locator(".more-rows button").click()


def test_columns_sort_both_ways_with_unknown_values_as_the_worst(open_page: Open, name: str, view: AuditView) -> None:
    page = open_page(name).page
    heads = page.locator("#fleet thead th")
    sort_by(page, 2)
    assert heads.nth(2).get_attribute("aria-sort") == "descending"
    open_counts = [row.state.open_count for row in view.rows if not row.state.error]
    texts = column_texts(page, 2)
    unknown_count = len(texts) - len(open_counts)
    assert texts[:unknown_count] == ["unknown"] * unknown_count
    assert [int(text) for text in texts[unknown_count:]] == sorted(open_counts, reverse=True)
    sort_by(page, 2)
    assert heads.nth(2).get_attribute("aria-sort") == "ascending"
    assert int(column_texts(page, 2)[0]) == min(open_counts)
    age = 3 + len(view.areas) + 2
    sort_by(page, age)
    assert heads.nth(2).get_attribute("aria-sort") is None
    assert set(column_texts(page, age)[: sum(row.oldest_age is None for row in view.rows)]) == {"unknown"}
    sort_by(page, 0)
    names = [text[:4].casefold() for text in column_texts(page, 0) if "/" not in text.split("\n")[0]]
    assert names == sorted(names)
    sort_by(page, 1)
    verdicts = [text.split("\n")[0] for text in column_texts(page, 1)]
    assert verdicts == [row.short_verdict for row in view.rows], "the worst first, as before"
    sort_by(page, 4)
    looks = [
        classes.split(" ")[1]
        for classes in page.evaluate("[...document.querySelectorAll('#fleet tbody tr')].map(r => r.cells[4].className)")
    ]
    assert looks == sorted(looks, key=["fix", "look", "unknown", "know", "fine", "none"].index)


def test_keyboard_filters_sorts_and_scrolls(open_page: Open, name: str, view: AuditView) -> None:
    page = open_page(name).page
    page.locator("[data-by=text]").focus()
    page.keyboard.type("cedar")
    assert_shown(page, view, sum("cedar" in f"{row.name} {row.place}".casefold() for row in view.rows))
    focused, columns = [], set()
    for _ in range(40):
        page.keyboard.press("Tab")
        columns.add(page.evaluate("[...document.querySelectorAll('#fleet .sort')].indexOf(document.activeElement)"))
        focused.append(page.evaluate("document.activeElement.dataset.by || document.activeElement.className"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'"), "the focus is visible"
    for control in ("verdict", "area", "look", "rule", "changed", "unreadable", "all", "card fleet", "sort"):
        assert control in focused
    assert columns >= set(range(page.locator("#fleet .sort").count()))
    page.locator("[data-by=unreadable]").focus()
    page.keyboard.press("Space")
    assert_shown(
        page, view, sum("cedar" in f"{row.name} {row.place}".casefold() and bool(row.unreadable) for row in view.rows)
    )
    page.locator("#fleet .sort").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#fleet thead th").first.get_attribute("aria-sort") == "ascending"


def test_page_shows_everything_without_its_script(open_page: Open) -> None:
    page = open_page("40", script=False).page
    assert page.locator("#fleet tbody tr:visible").count() == 40
    assert not page.locator(".filters").is_visible(), "controls that do nothing are hidden"
    assert page.locator(".copy, .sort").count() == 0
    fold = page.locator(".problem").first
    fold.locator("> summary").click()
    assert fold.locator("pre").is_visible()


def test_cells_say_in_words_what_their_colors_say(open_page: Open) -> None:
    page = open_page("40").page
    texts = set(page.evaluate("[...document.querySelectorAll('#fleet td.cell')].map(cell => cell.textContent)"))
    assert "" not in texts
    assert {"checked, OK", "doesn't apply", "1 to fix"} <= texts
    signs = page.evaluate(
        "['fix', 'look', 'unknown', 'fine', 'none', 'fix.also', 'look.also'].map(name => getComputedStyle(document.querySelector("
        "'#fleet td.cell:not(.word).' + name + (name.includes('also') ? '' : ':not(.also)')), '::before').content)"
    )
    assert len({re.sub(r"\d", "", sign) for sign in signs}) == len(signs), "every look has its own sign"
    page.locator("#fleet td.cell.fix").nth(1).hover()
    assert re.match(r".+: \d to fix", page.locator("#fleet td.cell.fix").nth(1).get_attribute("title") or "")


def test_message_can_be_copied(open_page: Open) -> None:
    opened = open_page("40")
    opened.page.locator(".problem > summary").first.click()
    opened.page.locator(".problem .copy").first.click()
    expect(opened.page.locator(".problem .copy").first).to_have_text("Copied")
    assert opened.complaints == []


def test_message_to_an_account_can_be_copied(open_page: Open) -> None:
    opened = open_page("40")
    assert opened.page.locator("details.message").count() == len(audit_view(fleet(40)).messages)
    opened.page.locator(".topic > summary").first.click()
    opened.page.locator("details.message > summary").first.click()
    opened.page.locator("details.message .copy").first.click()
    expect(opened.page.locator("details.message .copy").first).to_have_text("Copied")
    assert opened.complaints == []


@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_no_table_is_wider_than_the_paper(open_page: Open, paper: str) -> None:
    """A column beyond the edge of the paper would be cut off. The widths are those of the paper without margins, in CSS pixels."""
    page = open_page("40").page
    page.emulate_media(media="print")
    portrait, landscape = {"Letter": (710, 965), "A4": (687, 1031)}[paper]
    for width, tables in ((landscape, ".wide table"), (portrait, "section:not(.wide) table")):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator(tables).count() > 0
        too_wide = page.evaluate(
            f"[...document.querySelectorAll('{tables}')].filter(t => t.getBoundingClientRect().right > {width} + 1"
            " || [...t.querySelectorAll('th, td')].some(c => c.scrollWidth > c.clientWidth + 1 && !c.matches('.cell, .up')))"
            ".map(t => t.closest('section').getAttribute('aria-labelledby'))"
        )
        assert too_wide == []


def count_pages(page: Page, paper: str) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper)))


@pytest.mark.parametrize("name", ["1", "40", str(SOME), SLOW, "long"])
@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_summary_prints_on_exactly_one_sheet(open_page: Open, name: str, paper: str) -> None:
    page = open_page(name).page
    page.evaluate("document.querySelectorAll('main > :not(.one), footer').forEach(one => one.remove())")
    assert count_pages(page, paper) == 1
    page.evaluate("document.querySelector('main').append(Object.assign(document.createElement('p'), {textContent: 'next'}))")
    assert count_pages(page, paper) == 2, "what follows starts on a new sheet"


def test_print_shows_every_account_and_no_control(open_page: Open) -> None:
    page = open_page("40").page
    page.emulate_media(media="print")
    assert page.locator("#fleet tbody tr:visible").count() == 40
    assert page.locator(".filters, .copy, .show-rows, .more-rows").filter(visible=True).count() == 0
    assert not page.locator(".messages").is_visible(), "messages are to be sent, not printed"
    closed = page.locator("section:not(.messages) > details:not([open]) > :not(summary, .copyable, h4)")
    assert closed.count() > 0
    assert closed.filter(visible=False).count() == 0


@pytest.mark.parametrize("large", ["40", str(SOME), SLOW])
def test_page_of_sixteen_accounts_has_every_component_of_large_pages(open_page: Open, large: str) -> None:
    """What axe finds on the small page is therefore true of the large ones."""
    small_page, large_page = (set(open_page(name, script=False).page.evaluate(COMPONENTS)) for name in ("16", large))
    assert large_page - small_page == set()


@pytest.mark.parametrize("name", ["16", SLOW])
@pytest.mark.parametrize("media", ["light", "dark", "print"])
def test_axe_finds_nothing(open_page: Open, media: str, name: str) -> None:
    page = open_page(name, scheme=media).page
    if media == "print":
        page.emulate_media(media="print")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(rule["id"], [node["html"][:160] for node in rule["nodes"][:3]]) for rule in violations] == []


@pytest.mark.parametrize("number", [510, pytest.param(1_200, marks=pytest.mark.slow)])
def test_long_tables_show_more_rows_on_demand(browser: Browser, tmp_path: Path, number: int) -> None:
    path = tmp_path / "many.html"
    path.write_text(render("html", fleet(number), Options()), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    expect(page.locator(".count")).to_have_text(f"{number:,} of {number:,}")
    visible = "[...document.querySelectorAll('#fleet tbody tr')].filter(row => row.checkVisibility()).length"
    assert page.evaluate(visible) == 500
    for _ in range(500, number, 500):
        page.locator(".more-rows button").click()
    assert page.evaluate(visible) == number
    expect(page.locator(".more-rows")).to_be_hidden()
    page.close()
