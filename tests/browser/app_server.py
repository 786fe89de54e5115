"""The page for tests: its server in a thread, with a clock of its own, and a person who answers what it asks."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from playwright.sync_api import Locator, Page, expect

from exportready.app.home import open_home
from exportready.app.server import build

EXAMPLES = Path(__file__).parents[2] / "examples"
BY_HAND = [path for path in sorted((EXAMPLES / "by-hand").iterdir()) if path.name != "account.yaml"]
AFTER_EXPORT = [
    path for path in sorted((EXAMPLES / "after-export").rglob("*")) if path.is_file() and path.name != "account.yaml"
]

USED = ("Purchasing in ServiceTitan", "Inventory in ServiceTitan", "Purchase orders that are exported to QuickBooks")
ANSWERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("What else is in the batch", ("Nothing else",)),
    ("Which of these do you use?", USED),
    ("Is this the whole pricebook", ("Yes",)),
    ("contains “Cost of Sale Account”", ("Cost Ledger",)),
    ("Is the icon green", ("Green",)),
    ("Which program sends", ("ServiceTitan Web Connector, and in the past Intuit's older one",)),
    ("Which customer mapping", ("Customer level, the same as at the last export",)),
    ("first date this report covers", ("2023-01-01",)),
    ("Who exports", ("One person exports, and QuickBooks is in single-user mode",)),
    ("Populate Serial Numbers", ("No",)),
    ("closing date in QuickBooks", ("2026-10-31",)),
    ("When did you export", ("Within the last hour",)),
    ("calculates sales tax", ("QuickBooks",)),
    ("inventory at several sites", ("Yes",)),
    ("start sending your batches", ("2023-05-01",)),
)
"""Part of a question -> what the invented company answers."""


class Clock:
    """The time of the page, which tests move."""

    def __init__(self, start: str) -> None:
        self.base = datetime.fromisoformat(start)
        self.started = datetime.now(UTC)

    def now(self) -> datetime:
        """Return the time."""
        return self.base + (datetime.now(UTC) - self.started)


class App:
    """A page that runs, and how to open it."""

    def __init__(self, url: str, key: str, clock: Clock, folder: Path) -> None:
        self.url = url
        self.clock = clock
        self.folder = folder
        self.address = f"{url}/?key={key}"


@contextmanager
def running(folder: Path, start: str = "2026-11-20T18:00:00-07:00") -> Iterator[App]:
    """Run the page with its data in a folder."""
    clock = Clock(start)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        app = build(open_home(folder), port=port, now=clock.now)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            while not server.started:
                thread.join(0.01)
            yield App(f"http://127.0.0.1:{port}", app.state.keys.run, clock, folder)
        finally:
            server.should_exit = True
            thread.join(20)


def add(page: Page, files: list[Path]) -> None:
    """Choose files on the screen that is open."""
    with page.expect_navigation():
        page.locator("form[data-drop] input[type=file]").first.set_input_files(files)


def wait_until_checked(page: Page) -> None:
    """Wait until no check runs."""
    expect(page.locator("body[data-running]")).to_have_count(0, timeout=60_000)


def company(page: Page) -> str:
    """Return the address of the company that is open."""
    return page.url.split("/c/")[0] + "/c/" + page.url.split("/c/")[1].split("/")[0].split("?")[0]


def answer_everything(page: Page, home: str, *, by_keyboard: bool = False, cards: int = 80) -> int:
    """Answer and confirm all that the page asks, or so many cards, and return how many cards that were."""
    page.goto(f"{home}/needed")
    for number in range(cards):
        card = page.locator(".card.big").first
        if not card.count():
            wait_until_checked(page)
            page.goto(f"{home}/needed")
            if not page.locator(".card.big").count():
                return number
            continue
        before = card.get_attribute("id")
        with page.expect_navigation():
            (press if by_keyboard else click)(page, answer(card, by_keyboard=by_keyboard))
        assert page.locator(".said.fix").all_inner_texts() == []
        assert page.locator(".card.big").first.get_attribute("id") != before if page.locator(".card.big").count() else True
    assert cards < 80, "the questions never end"
    return cards


def click(page: Page, button: Locator) -> None:
    """Press a button with the mouse."""
    del page
    button.click()


def press(page: Page, button: Locator) -> None:
    """Press a button with the keyboard."""
    button.focus()
    page.keyboard.press("Enter")


def answer(card: Locator, *, by_keyboard: bool = False) -> Locator:
    """Fill in a card, and return the button that saves it."""
    if card.locator("text=Confirm by looking").count():
        name = card.locator("input[name=by]")
        if name.count():
            name.fill("the office manager")
        return card.locator("form[data-question] .act button").first
    question = " ".join(card.locator("legend, h2").first.inner_text().split())
    given = next((one for part, one in ANSWERS if part in question), ())
    assert given, f"no answer for: {question}"
    if card.locator(".days").count():
        return card.locator(".days button", has_text=given[0])
    if card.locator("input[name=typed]").count():
        card.locator("input[name=typed]").fill(given[0])
        return card.locator("button.main")
    for label in given:
        choice = card.locator(".choice", has=card.page.get_by_text(label, exact=True)).locator("input").first
        if by_keyboard:
            choice.focus()
            card.page.keyboard.press("Space")
        else:
            choice.check()
    return card.locator("button.main")
