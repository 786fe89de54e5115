"""Axe on every screen of the page, in both color schemes and widths; what is closed is opened first."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from exportready.app import notes
from exportready.app.home import open_home

from .app_server import AFTER_EXPORT, BY_HAND, EXAMPLES, App, add, company, running, wait_until_checked

SIZES = {"wide": (1280, 800), "narrow": (390, 844)}
NOT_READY = [path for path in sorted((EXAMPLES / "not-ready").rglob("*")) if path.is_file() and path.name != "account.yaml"]


class Company:
    """One company in one state, and its screens."""

    def __init__(self, app: App, home: str) -> None:
        self.app = app
        self.home = home


@pytest.fixture(scope="module")
def states(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Company]]:
    """Return a company with few files, one with problems, and one after its export, and a page without any."""
    found = {}
    folder = tmp_path_factory.mktemp("states")
    strange = folder / "<b onclick=alert(1)>&amp;.csv"
    strange.write_text("nothing that we know\n1;2;3\n")
    locked = folder / "transaction detail.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with (
        running(folder / "empty") as empty,
        running(folder / "few") as few,
        running(folder / "problems") as problems,
        running(folder / "after", "2026-11-21T12:00:00-07:00") as after,
    ):
        found["empty"] = Company(empty, empty.url)
        for name, app, files in (
            ("few", few, [*BY_HAND, strange, locked]),
            ("problems", problems, NOT_READY),
            ("after", after, AFTER_EXPORT),
        ):
            page = browser.new_page()
            page.goto(app.address)
            add(page, files)
            wait_until_checked(page)
            found[name] = Company(app, company(page))
            if name == "after":
                id_ = found[name].home.rpartition("/")[2]
                notes.set_exported(open_home(app.folder), id_, app.clock.now())
                page.goto(f"{found[name].home}/after-export")
                page.get_by_role("button", name="Check with the files I have").click()
                wait_until_checked(page)
            page.close()
        yield found
    shutil.rmtree(folder)


SCREENS = (
    ("empty", "/"), ("empty", "/exports"), ("empty", "/companies"), ("empty", "/nothing-here"),
    ("few", "/files"), ("few", "/needed"), ("few", "/needed?all=1"), ("few", "/before-export"), ("few", "/after-export"),
    ("problems", "/before-export"), ("problems", "/files"), ("problems", "/history"), ("problems", "/settings"),
    ("problems", "/delete"), ("after", "/after-export"), ("after", "/needed"), ("after", "/history"), ("after", "PAST"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        ("wide", "light"),
        ("narrow", "dark"),
        pytest.param("wide", "dark", marks=pytest.mark.slow),
        pytest.param("narrow", "light", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("state", ["empty", "few", "problems", "after"])
def test_axe_finds_no_violations(browser: Browser, states: dict[str, Company], state: str, size: str, scheme: str) -> None:
    one = states[state]
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(one.app.address)
    found: list[object] = []
    for path in [path for of, path in SCREENS if of == state]:
        page.goto(past(page, one.home) if path == "PAST" else f"{one.home}{path}")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        found += [(path, "wider than the screen", wide) for wide in page.evaluate(WIDER)]
        violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        found += [(path, each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in violations]
    assert found == []
    context.close()


WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 120)).slice(0, 3)"""
"""Script that returns what is wider than the screen, if anything is."""


def past(page: Page, home: str) -> str:
    """Return the address of the earliest report."""
    page.goto(f"{home}/history")
    return home.split("/c/", maxsplit=1)[0] + str(page.locator(".checks tbody a").last.get_attribute("href"))
