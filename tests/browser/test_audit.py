"""The report over many accounts in a real browser: filters, sorting, the keyboard, axe, and a summary on one sheet of paper.

The slow run has a thousand accounts; the fast run has enough that every filter shows some and hides some.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from exportready.model.audit import Audit
from exportready.model.report import Verdict
from exportready.reporters.audit import Options, render
from exportready.reporters.audit.view import View, view

from .conftest import COMPONENTS, Opened
from .fleet import fleet

Open = Callable[..., Opened]
SOME, MANY = 80, 1_000
NAME = "A very long name of a plumbing, heating and air conditioning company with all of its branches and owners " * 3


def worst_case() -> Audit:
    """Everything on page one is as long as it can be."""
    audit = fleet(40)
    entries = tuple(
        replace(
            one,
            standing=replace(
                one.standing,
                name=NAME,
                issues=tuple(replace(each, message=NAME * 4) for each in one.standing.issues),
            ),
        )
        for one in audit.entries
    )
    rules = tuple(replace(one, problem=NAME) for one in audit.rules)
    past = tuple(replace(audit.past[0], at=one.at) for one in audit.past * 9)
    return replace(audit, entries=entries, rules=rules, past=past, left_out=("items/cogs-account",), own_rules=True)


def dealt(number: int) -> Audit:
    """So many accounts, among which every filter finds some."""
    return fleet(number, seed=1)


AUDITS: dict[str, Callable[[], Audit]] = {
    "1": lambda: fleet(1),
    "16": lambda: fleet(16, seed=35),
    "40": lambda: fleet(40),
    str(SOME): lambda: dealt(SOME),
    str(MANY): lambda: dealt(MANY),
    "long": worst_case,
}
SLOW = pytest.param(str(MANY), marks=pytest.mark.slow)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The page of an audit, written when it is first needed."""
    folder = tmp_path_factory.mktemp("audits")

    @cache
    def write(name: str) -> Path:
        path = folder / f"{name}.html"
        path.write_text(render("html", AUDITS[name](), Options(pages="accounts/")), encoding="utf-8")
        return path

    return write


@pytest.fixture
def open_page(browser: Browser, written: Callable[[str], Path]) -> Iterator[Open]:
    """Opens the page of one of the audits."""
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
        one = Opened(context.new_page())
        one.page.goto(written(name).as_uri())
        return one

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(params=[str(SOME), SLOW])
def name(request: pytest.FixtureRequest) -> str:
    """The audit that is opened."""
    return str(request.param)


@pytest.fixture
def seen(name: str) -> View:
    """What its page shows."""
    return viewed(int(name))


@cache
def viewed(number: int) -> View:
    return view(dealt(number))


def shown(page: Page) -> int:
    return int(page.evaluate("document.querySelectorAll('#fleet tbody tr:not([hidden])').length"))


def says(page: Page, seen: View, number: int) -> None:
    """The count says so, and so many rows are there."""
    assert 0 < number < len(seen.rows)
    expect(page.locator(".count")).to_have_text(f"{number:,} of {len(seen.rows):,}")
    assert shown(page) == number


def test_it_opens_and_asks_nothing_of_anyone(open_page: Open, name: str) -> None:
    one = open_page(name)
    number = int(name)
    expect(one.page.locator(".count")).to_have_text(f"{number:,} of {number:,}")
    assert one.page.locator("#fleet tbody tr").count() == number
    assert one.page.locator("h1").is_visible()
    assert one.requests == [one.page.url]
    assert one.complaints == []


@pytest.mark.parametrize("name", ["1", "40", "long"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out(open_page: Open, name: str, width: int) -> None:
    page = open_page(name, width).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_filters_show_what_they_say(open_page: Open, name: str, seen: View) -> None:
    page = open_page(name).page
    rules = [rule.id for rule in dealt(int(name)).rules]

    def pick(by: str, value: str) -> None:
        page.locator(f"[data-by={by}]").select_option(value)

    for verdict in Verdict:
        pick("verdict", verdict.value)
        says(page, seen, sum(row.verdict is verdict for row in seen.rows))
    page.locator(".sift .all").click()
    at = rules.index("items/cogs-account")
    pick("rule", str(at))
    says(page, seen, sum(at in row.fails for row in seen.rows))
    pick("state", "u")
    says(page, seen, sum(at in row.untold for row in seen.rows))
    pick("state", "w")
    says(page, seen, sum(at in row.accepted for row in seen.rows))
    page.locator(".sift .all").click()
    items = [folder for folder, _ in seen.areas].index("items")
    pick("area", str(items + 3))
    pick("look", "fix")
    says(page, seen, sum(row.cells[items].look == "fix" for row in seen.rows))
    pick("look", "unknown")
    says(page, seen, sum("unknown" in row.cells[items].css or "also" in row.cells[items].css for row in seen.rows))
    pick("verdict", Verdict.NOT_READY.value)
    page.locator("[data-by=text]").fill("granite WEST")
    wanted = [
        row
        for row in seen.rows
        if ("unknown" in row.cells[items].css or "also" in row.cells[items].css)
        and row.verdict is Verdict.NOT_READY
        and row.name.startswith("Granite")
        and row.place.startswith("west")
    ]
    says(page, seen, len(wanted))
    page.locator(".sift .all").click()
    expect(page.locator(".count")).to_have_text(f"{len(seen.rows):,} of {len(seen.rows):,}")
    page.locator("[data-by=broken]").check()
    says(page, seen, seen.summary.broken)
    page.locator(".sift .all").click()
    page.locator("[data-by=changed]").check()
    says(page, seen, sum(row.changed for row in seen.rows))
    page.locator("[data-by=text]").fill("nobody is called so")
    expect(page.locator(".count")).to_have_text(f"0 of {len(seen.rows):,}")


def test_numbers_and_practices_lead_to_their_accounts(open_page: Open, name: str, seen: View) -> None:
    page = open_page(name).page
    for tile in seen.summary.tiles:
        page.locator(f".tile[data-to={tile.verdict.value}]").click()
        says(page, seen, tile.number)
    first = seen.practices[0]
    page.locator(f".most a[href='#{first.anchor}']").click()
    expect(page.locator(f"#{first.anchor} .names").first).to_be_visible()
    page.locator(f"#{first.anchor} .sieve").click()
    says(page, seen, first.fails)


def column(page: Page, number: int) -> list[str]:
    texts: list[str] = page.evaluate(
        f"[...document.querySelectorAll('#fleet tbody tr')].map(row => row.cells[{number}].innerText)"
    )
    return texts


def sort(page: Page, number: int) -> None:
    """By a column, and all rows are seen."""
    page.locator("#fleet thead th").nth(number).locator("button").click()
    if page.locator(".later-tools button").is_visible():
        page.locator(".later-tools button").click()


def test_columns_sort_both_ways_and_the_unknown_is_the_worst(open_page: Open, name: str, seen: View) -> None:
    page = open_page(name).page
    heads = page.locator("#fleet thead th")
    sort(page, 2)
    assert heads.nth(2).get_attribute("aria-sort") == "descending"
    open_ = [row.standing.open for row in seen.rows if not row.standing.error]
    told = column(page, 2)
    assert told[: len(told) - len(open_)] == ["not known"] * (len(told) - len(open_))
    assert [int(one) for one in told[len(told) - len(open_) :]] == sorted(open_, reverse=True)
    sort(page, 2)
    assert heads.nth(2).get_attribute("aria-sort") == "ascending"
    assert int(column(page, 2)[0]) == min(open_)
    age = 3 + len(seen.areas) + 2
    sort(page, age)
    assert heads.nth(2).get_attribute("aria-sort") is None
    assert set(column(page, age)[: sum(row.age is None for row in seen.rows)]) == {"not known"}
    sort(page, 0)
    names = [one[:4].casefold() for one in column(page, 0) if "/" not in one.split("\n")[0]]
    assert names == sorted(names)
    sort(page, 1)
    assert column(page, 1) == [row.told for row in seen.rows], "worst first, as it was"
    sort(page, 4)
    looks = [
        one.split(" ")[1]
        for one in page.evaluate("[...document.querySelectorAll('#fleet tbody tr')].map(r => r.cells[4].className)")
    ]
    assert looks == sorted(looks, key=["fix", "look", "unknown", "know", "fine", "none"].index)


def test_the_keyboard_alone_filters_sorts_and_scrolls(open_page: Open, name: str, seen: View) -> None:
    page = open_page(name).page
    page.locator("[data-by=text]").focus()
    page.keyboard.type("cedar")
    says(page, seen, sum("cedar" in f"{row.name} {row.place}".casefold() for row in seen.rows))
    reached, columns = [], set()
    for _ in range(40):
        page.keyboard.press("Tab")
        columns.add(page.evaluate("[...document.querySelectorAll('#fleet .sort')].indexOf(document.activeElement)"))
        reached.append(page.evaluate("document.activeElement.dataset.by || document.activeElement.className"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'"), "where one is can be seen"
    for wanted in ("verdict", "area", "look", "rule", "changed", "broken", "all", "card fleet", "sort"):
        assert wanted in reached
    assert columns >= set(range(page.locator("#fleet .sort").count()))
    page.locator("[data-by=broken]").focus()
    page.keyboard.press("Space")
    says(page, seen, sum("cedar" in f"{row.name} {row.place}".casefold() and bool(row.broken) for row in seen.rows))
    page.locator("#fleet .sort").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#fleet thead th").first.get_attribute("aria-sort") == "ascending"


def test_everything_is_read_without_the_script(open_page: Open) -> None:
    page = open_page("40", script=False).page
    assert page.locator("#fleet tbody tr:visible").count() == 40
    assert not page.locator(".sift").is_visible(), "no control that does nothing"
    assert page.locator(".copy, .sort").count() == 0
    fold = page.locator(".practice").first
    fold.locator("> summary").click()
    assert fold.locator("pre").is_visible()


def test_a_cell_says_in_words_what_its_colour_says(open_page: Open) -> None:
    page = open_page("40").page
    texts = set(page.evaluate("[...document.querySelectorAll('#fleet td.cell')].map(cell => cell.textContent)"))
    assert "" not in texts
    assert {"checked, fine", "does not apply", "1 to fix"} <= texts
    signs = page.evaluate(
        "['fix', 'look', 'unknown', 'fine', 'none', 'fix.also', 'look.also'].map(name => getComputedStyle(document.querySelector("
        "'#fleet td.cell:not(.word).' + name + (name.includes('also') ? '' : ':not(.also)')), '::before').content)"
    )
    assert len({re.sub(r"\d", "", one) for one in signs}) == len(signs), "and so does a sign"
    page.locator("#fleet td.cell.fix").nth(1).hover()
    assert re.match(r".+: \d to fix", page.locator("#fleet td.cell.fix").nth(1).get_attribute("title") or "")


def test_the_message_is_copied(open_page: Open) -> None:
    one = open_page("40")
    one.page.locator(".practice > summary").first.click()
    one.page.locator(".practice .copy").first.click()
    expect(one.page.locator(".practice .copy").first).to_have_text("Copied")
    assert one.complaints == []


def pages_of(page: Page, paper: str) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper)))


@pytest.mark.parametrize("name", ["1", "40", str(SOME), SLOW, "long"])
@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_the_summary_is_exactly_one_sheet(open_page: Open, name: str, paper: str) -> None:
    page = open_page(name).page
    page.evaluate("document.querySelectorAll('main > :not(.one), footer').forEach(one => one.remove())")
    assert pages_of(page, paper) == 1
    page.evaluate("document.querySelector('main').append(Object.assign(document.createElement('p'), {textContent: 'next'}))")
    assert pages_of(page, paper) == 2, "and what follows begins on another"


def test_paper_shows_every_account_and_no_control(open_page: Open) -> None:
    page = open_page("40").page
    page.emulate_media(media="print")
    assert page.locator("#fleet tbody tr:visible").count() == 40
    assert page.locator(".sift, .copy, .sieve, .later-tools").filter(visible=True).count() == 0
    inside = page.locator("details:not([open]) > :not(summary)")
    assert inside.count() > 0
    assert inside.filter(visible=False).count() == 0


@pytest.mark.parametrize("large", ["40", str(SOME), SLOW])
def test_sixteen_accounts_need_every_component_of_many(open_page: Open, large: str) -> None:
    """So what axe says of the small page holds for the large ones."""
    small, whole = (set(open_page(name, script=False).page.evaluate(COMPONENTS)) for name in ("16", large))
    assert whole - small == set()


@pytest.mark.parametrize("name", ["16", SLOW])
@pytest.mark.parametrize("media", ["light", "dark", "print"])
def test_axe_finds_nothing(open_page: Open, media: str, name: str) -> None:
    page = open_page(name, scheme=media).page
    if media == "print":
        page.emulate_media(media="print")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found] == []


@pytest.mark.parametrize("number", [510, pytest.param(1_200, marks=pytest.mark.slow)])
def test_of_very_many_accounts_the_rest_is_shown_on_demand(browser: Browser, tmp_path: Path, number: int) -> None:
    path = tmp_path / "many.html"
    path.write_text(render("html", fleet(number), Options()), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    expect(page.locator(".count")).to_have_text(f"{number:,} of {number:,}")
    visible = "[...document.querySelectorAll('#fleet tbody tr')].filter(row => row.checkVisibility()).length"
    assert page.evaluate(visible) == 500
    for _ in range(500, number, 500):
        page.locator(".later-tools button").click()
    assert page.evaluate(visible) == number
    expect(page.locator(".later-tools")).to_be_hidden()
    page.close()
