"""More of the page in a real browser: two windows, dropping, names that are hostile, and everything about companies."""

from __future__ import annotations

import zipfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from .app_server import BY_HAND, EXAMPLES, add, company, wait_until_checked
from .test_app import Open, Run, open_app, ready, run

__all__ = ["open_app", "ready", "run"]

DROP = """([selector, files]) => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) transfer.items.add(new File([text], name));
  const target = document.querySelector(selector);
  for (const type of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: transfer}));
}"""
"""Script that drops files on an element, as the mouse would."""


def drop(page: Page, files: dict[str, str]) -> None:
    """Drop files somewhere on the screen."""
    with page.expect_navigation():
        page.evaluate(DROP, ["h1", list(files.items())])


def test_files_can_be_dropped_anywhere_and_undone(run: Run, open_app: Open) -> None:
    page = open_app(run()).page
    lists = (EXAMPLES / "by-hand" / "quickbooks-lists.iif").read_text("latin-1")
    drop(page, {"quickbooks-lists.iif": lists})
    expect(page.locator(".file h3")).to_have_text(["quickbooks-lists.iif"])
    expect(page.locator(".file .got")).to_contain_text("147 customers")
    wait_until_checked(page)
    page.goto(f"{company(page)}/history")
    drop(page, {"quickbooks-lists.iif": lists})
    expect(page.locator(".added")).to_contain_text("You already have this file. Nothing changed.")
    wait_until_checked(page)
    drop(page, {"quickbooks-lists.iif": lists.replace("Shop Supplies", "Other Supplies")})
    expect(page.locator(".added")).to_contain_text("Replaced the file")
    page.get_by_role("button", name="Undo: quickbooks-lists.iif").click()
    wait_until_checked(page)
    page.get_by_role("button", name="Remove quickbooks-lists.iif").click()
    expect(page.locator(".added")).to_contain_text("quickbooks-lists.iif was removed.")
    expect(page.locator(".get").first).to_be_visible()
    page.get_by_role("button", name="Undo: quickbooks-lists.iif").click()
    expect(page.locator(".file h3")).to_have_text(["quickbooks-lists.iif"])


def test_names_of_files_and_companies_are_only_text(run: Run, open_app: Open) -> None:
    one = open_app(run())
    page = one.page
    name = "<img src=x onerror=alert(1)>.csv"
    drop(page, {name: "nothing;we;know\n1;2;3\n"})
    expect(page.locator(".file h3")).to_contain_text(["onerror=alert(1)"])
    expect(page.locator(".file .found")).to_contain_text("We don't recognize this file")
    home = company(page)
    page.goto(f"{home}/settings")
    page.get_by_role("textbox", name="Company name").fill("<script>alert(2)</script> & “Sons”")
    page.get_by_role("button", name="Save the company name").click()
    expect(page.locator(".firm")).to_have_text("<script>alert(2)</script> & “Sons”")
    assert page.locator("img").count() == 0
    assert one.complaints == []


def test_two_windows_agree(run: Run, open_app: Open) -> None:
    app = run()
    first = open_app(app).page
    add(first, BY_HAND)
    wait_until_checked(first)
    home = company(first)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"{home}/needed")
        page.locator(".card.big").nth(1).locator(".choice input").last.check()
    with second.expect_navigation():
        second.locator(".card.big").nth(1).locator("button.main").click()
    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert first.locator(".card.big").nth(1).locator(".choice input").last.is_checked(), "what someone is choosing stays"
    wait_until_checked(second)
    with first.expect_navigation():
        first.locator(".card.big").nth(1).locator("button.main").click()
    expect(first.locator(".said.fix")).to_contain_text("was saved in another window")
    first.locator(".card.big").first.locator(".choice input").first.check()
    with first.expect_navigation():
        first.locator(".card.big button.main").first.click()
    assert first.locator(".said.fix").all_inner_texts() == []
    first.goto(f"{home}/before-export")
    wait_until_checked(first)
    number = first.locator(".tile.unknown b").inner_text()
    second.goto(f"{home}/needed")
    second.locator(".card.big").first.locator(".choice input").last.check()
    with second.expect_navigation():
        second.locator(".card.big button.main").first.click()
    wait_until_checked(second)
    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(first.locator(".tile.unknown b")).not_to_have_text(number, timeout=30_000)


def test_questions_can_be_put_off_asked_on_and_changed(run: Run, open_app: Open) -> None:
    page = open_app(run()).page
    add(page, BY_HAND)
    wait_until_checked(page)
    home = company(page)
    page.goto(f"{home}/needed")
    first = page.locator(".card.big").first
    name = first.get_attribute("id") or ""
    with page.expect_navigation():
        first.get_by_role("button", name="Later").click()
    assert page.locator(".card.big").first.get_attribute("id") != name
    second = page.locator(".card.big").first
    asked = second.get_attribute("id") or ""
    second.locator("summary", has_text="Ask someone else").click()
    assert "for our next export" in second.locator("pre").inner_text()
    second.get_by_role("button", name="I asked someone").click()
    expect(page.locator("#waiting ~ .card li")).to_have_count(1)
    page.locator("#waiting ~ .card button").click()
    expect(page.locator(f"#{asked}")).to_have_count(1)
    card = page.locator(".card.big").first
    text = card.locator("legend, h2").inner_text()
    card.locator(".choice input").first.check()
    with page.expect_navigation():
        card.locator("button.main").click()
    expect(page.locator("#answered ~ .card li").first).to_contain_text(text[:20])
    page.locator("#answered ~ .card a", has_text="Change").first.click()
    expect(page.locator(".card.big legend, .card.big h2").first).to_contain_text(text[:20])


def test_a_confirmation_of_no_becomes_a_problem(ready: Path, run: Run, open_app: Open) -> None:
    page = open_app(run(ready)).page
    home = company(page)
    page.goto(f"{home}/needed")
    page.locator("#answered ~ .card summary").click()
    page.locator("#answered ~ .card a[aria-label*='technician']").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Some lines have none").click()
    wait_until_checked(page)
    page.goto(f"{home}/before-export")
    expect(page.locator("h1")).to_have_text("Don't export yet")
    expect(page.locator("#again ~ p").last).to_contain_text("answer")


def test_companies_are_added_renamed_archived_saved_and_deleted(ready: Path, run: Run, open_app: Open, tmp_path: Path) -> None:
    app = run(ready)
    page = open_app(app).page
    home = company(page)
    page.goto(f"{app.url}/companies")
    page.get_by_label("Its name").fill("Second Street Electric")
    page.get_by_role("button", name="Add a company").click()
    expect(page.locator(".firm")).to_contain_text("Second Street Electric")
    expect(page.locator(".get")).to_have_count(4)
    page.goto(app.url)
    expect(page.locator("h1")).to_have_text("Companies")
    expect(page.locator(".file h3")).to_have_text(["Second Street Electric", "My company"])
    page.goto(f"{home}/settings")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download everything").click()
    with zipfile.ZipFile(saved.value.path()) as everything:
        assert any(name.endswith("pricebook.xlsx") for name in everything.namelist())
    page.get_by_role("button", name="Archive this company").click()
    expect(page.locator("details .file h3")).to_have_text(["My company"])
    page.goto(f"{home}/settings")
    page.get_by_role("link", name="Delete this company").click()
    expect(page.locator("h1")).to_have_text("Delete My company from this computer?")
    page.get_by_role("textbox").fill("Second Street Electric")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".said.fix")).to_contain_text("Nothing was deleted")
    page.get_by_role("textbox").fill("my company")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".said.fine")).to_contain_text("My company was deleted from this computer.")
    assert not (app.folder / "accounts" / home.rpartition("/")[2]).exists()


def test_the_example_company_opens_and_goes_with_one_click(run: Run, open_app: Open) -> None:
    page = open_app(run(at="2026-12-24T10:00:00-07:00")).page
    page.get_by_role("button", name="Open the example company").click()
    wait_until_checked(page)
    expect(page.locator("h1")).to_have_text("Don't export yet", timeout=30_000)
    page.goto(f"{company(page)}/settings")
    page.get_by_role("button", name="Delete the example company").click()
    expect(page.locator("h1")).to_have_text("Can I export this batch?")


def test_the_page_says_when_the_program_has_stopped_and_goes_on(ready: Path, run: Run, open_app: Open) -> None:
    page = open_app(run(ready)).page
    page.route("**/progress*", lambda route: route.abort())
    for _ in range(3):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_timeout(100)
    expect(page.locator("#alarm")).to_contain_text("ExportReady has stopped")
    expect(page.locator("main button").first).to_be_disabled()
    page.unroute("**/progress*")
    expect(page.locator("#alarm")).to_be_hidden(timeout=20_000)
    expect(page.locator("main button").first).to_be_enabled()


def test_an_answer_that_is_not_saved_stays_selected(run: Run, open_app: Open) -> None:
    page = open_app(run()).page
    add(page, BY_HAND)
    wait_until_checked(page)
    page.goto(f"{company(page)}/needed")
    card = page.locator(".card.big").nth(1)
    card.locator(".choice input").first.check()
    page.route("**/answers*", lambda route: route.abort())
    card.locator("button.main").click()
    expect(card.locator(".said.fix")).to_contain_text("We couldn't save that.")
    expect(card.locator(".choice input").first).to_be_checked()
    page.unroute("**/answers*")
    with page.expect_navigation():
        card.locator("button.main").click()
    assert page.evaluate("document.activeElement.matches('.card.big')"), "the next card has the focus"


def test_the_list_of_exports_prints_on_two_pages(run: Run, open_app: Open) -> None:
    page = open_app(run()).page
    page.get_by_role("link", name="Print this list").click()
    expect(page.locator(".get")).to_have_count(4)
    expect(page.locator("[data-print]")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("[data-print]")).to_be_hidden()
    assert page.pdf().count(b"/Type /Page\n") <= 2


def test_another_batch_never_replaces_one_and_copies_are_asked_about(run: Run, open_app: Open, tmp_path: Path) -> None:
    page = open_app(run()).page
    invoices = EXAMPLES / "by-hand" / "batch-1042-invoices.xlsx"
    add(page, [invoices])
    wait_until_checked(page)
    other = tmp_path / "batch-1043-invoices.xlsx"
    other.write_bytes(invoices.read_bytes() + b"\0")
    add(page, [other])
    wait_until_checked(page)
    page.goto(f"{company(page)}/files")
    expect(page.locator(".file h3")).to_have_text(["batch-1042-invoices.xlsx", "batch-1043-invoices.xlsx"])
    copy = tmp_path / "batch-1042-invoices (1).xlsx"
    copy.write_bytes(invoices.read_bytes() + b"\0\0")
    add(page, [copy])
    wait_until_checked(page)
    page.goto(f"{company(page)}/files")
    card = page.locator(".file", has=page.locator("h3", has_text="invoices (1).xlsx"))
    question = card.locator(".ask > b").inner_text()
    assert question.startswith("You have two files of this kind.")
    card.locator(".ask button").first.click()
    wait_until_checked(page)
    expect(page.locator(".said.fix")).to_have_count(0)
    page.goto(f"{company(page)}/files")
    assert question not in page.locator("main").inner_text()


def test_without_its_key_the_page_says_how_to_open_it(ready: Path, run: Run, browser: Browser) -> None:
    app = run(ready)
    page = browser.new_page()
    for address in (app.url, f"{app.url}/companies", f"{app.url}/?key=wrong"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 401
        expect(page.locator("h1")).to_have_text("Open ExportReady from its icon")
        assert page.evaluate("getComputedStyle(document.querySelector('.appbar')).borderBottomStyle") == "solid", (
            "it has its style"
        )
    page.close()
