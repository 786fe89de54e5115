"""Who gets in: this computer's own browser with its cookie, and programs with the token. Everyone else gets a clear refusal."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from exportready.app import accounts, guard
from exportready.app.home import Home
from exportready.app.server import build
from page import AT, BASE, TestClient, client, tree

BROWSER = {"Accept": "text/html"}


@pytest.fixture
def browser(home: Home) -> Iterator[TestClient]:
    """A browser that opened the address."""
    app = build(home, now=lambda: AT)
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as made:
        made.get("/", params={"key": app.state.keys.run})
        made.app = app
        yield made


def csrf(browser: TestClient) -> str:
    return str(browser.app.state.keys.csrf)  # type: ignore[attr-defined]


def test_a_program_with_the_token_gets_in(http: TestClient) -> None:
    answer = http.get("/api/accounts")
    assert (answer.status_code, answer.json()) == (200, {"accounts": []})


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic eDp5", "Bearer é", "bearer  "])
def test_without_the_token_nobody_does(home: Home, header: str | None) -> None:
    http = client(home)
    del http.headers["Authorization"]
    answer = http.get("/api/accounts", headers={} if header is None else {"Authorization": header.encode()})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "exportready app --print-token" in answer.json()["detail"]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8730",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:8730.evil.example",
        "localhost:8731",
        "0.0.0.0:8730",
        "",
    ],
)
def test_a_foreign_host_is_refused_even_with_the_token(http: TestClient, host: str) -> None:
    answer = http.get("/api/accounts", headers={"Host": host})
    assert (answer.status_code, answer.json()["status"]) == (403, 403)
    assert "isn't one of ExportReady's" in answer.json()["detail"]


@pytest.mark.parametrize("host", ["127.0.0.1:8730", "localhost:8730", "LOCALHOST:8730", "[::1]:8730"])
def test_the_own_addresses_are_fine(http: TestClient, host: str) -> None:
    assert http.get("/api/accounts", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:8731", "https://127.0.0.1:8730", "http://localhost:8730"]
)
def test_a_foreign_origin_is_refused_even_with_the_token(http: TestClient, home: Home, origin: str) -> None:
    answer = http.post("/api/accounts", json={"name": "X"}, headers={"Origin": origin})
    assert (answer.status_code, accounts.all_accounts(home)) == (403, ())
    assert http.post("/api/accounts", json={"name": "X"}, headers={"Origin": BASE}).status_code == 201


def test_the_opened_address_gives_a_cookie_that_scripts_and_other_sites_dont_get(home: Home) -> None:
    app = build(home, now=lambda: AT)
    http = TestClient(app, base_url=BASE, follow_redirects=False)
    answer = http.get("/files?key=" + app.state.keys.run + "&tab=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/files?tab=2")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert home.token not in answer.headers["set-cookie"]
    assert app.state.keys.run not in answer.headers["set-cookie"]


@pytest.mark.parametrize("key", ["", "wrong", "é"])
def test_a_wrong_key_opens_nothing(home: Home, key: str) -> None:
    http = TestClient(build(home, now=lambda: AT), base_url=BASE)
    answer = http.get("/", params={"key": key}, headers=BROWSER)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "Open ExportReady from its icon" in answer.text


def test_the_cookie_lets_a_browser_read(browser: TestClient) -> None:
    assert browser.get("/", headers=BROWSER).status_code == 200
    assert browser.get("/api/accounts").json() == {"accounts": []}


def test_the_cookie_survives_a_restart_but_the_key_does_not(home: Home) -> None:
    first, second = build(home), build(home)
    assert first.state.keys.cookie == second.state.keys.cookie
    assert first.state.keys.run != second.state.keys.run


def test_a_change_with_the_cookie_needs_the_token_of_our_page(browser: TestClient, home: Home) -> None:
    for headers in ({}, {guard.CSRF_HEADER: "wrong"}):
        answer = browser.post("/api/accounts", json={"name": "X"}, headers=headers)
        assert answer.status_code == 403
        assert "Load it again" in answer.json()["detail"]
    assert accounts.all_accounts(home) == ()
    assert browser.post("/api/accounts", json={"name": "X"}, headers={guard.CSRF_HEADER: csrf(browser)}).status_code == 201


def test_a_form_has_it_as_its_first_field(browser: TestClient, home: Home) -> None:
    made = accounts.create(home, "Northwind", AT)
    url = f"/api/accounts/{made.id}/files"
    file = {"files": ("a.csv", b"x,y\n1,2\n")}
    assert browser.post(url, data={"csrf": csrf(browser)}, files=file).status_code == 201
    assert browser.post(url, data={"other": "1", "csrf": csrf(browser)}, files=file).status_code == 403
    assert browser.post(url, files=file).status_code == 403


def test_other_sites_are_refused_even_if_the_browser_sent_the_cookie(browser: TestClient) -> None:
    headers = {guard.CSRF_HEADER: csrf(browser), "Sec-Fetch-Site": "cross-site"}
    assert browser.post("/api/accounts", json={"name": "X"}, headers=headers).status_code == 403


def test_every_answer_keeps_out_of_caches_and_frames(http: TestClient, browser: TestClient) -> None:
    for answer in (
        http.get("/api/accounts"),
        http.get("/api/nothing"),
        browser.get("/", headers=BROWSER),
        browser.get("/nothing", headers=BROWSER),
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_errors_are_problem_documents(http: TestClient) -> None:
    for answer, status in (
        (http.get("/api/nothing"), 404),
        (http.get("/api/accounts/000000000000"), 404),
        (http.put("/api/accounts"), 405),
        (http.post("/api/accounts", content=b"{", headers={"Content-Type": "application/json"}), 400),
        (http.post("/api/accounts", content=b"name=x"), 415),
        (http.post("/api/accounts", json={"name": ""}), 422),
        (http.post("/api/accounts", json={"name": "x" * 201}), 422),
        (http.post("/api/accounts", json={"name": 1}), 422),
        (http.post("/api/accounts", json={"name": "x", "more": 1}), 422),
        (http.post("/api/accounts", json={"name": "x" * (1 << 20)}), 413),
    ):
        found = answer.json()
        assert (answer.status_code, found["status"], answer.headers["content-type"]) == (
            status,
            status,
            "application/problem+json",
        )
        assert found["type"] == "about:blank"
        assert found["title"]
        assert found["detail"]


def test_a_mistake_of_ours_says_nothing_of_the_books(http: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(home: Home) -> None:
        raise LookupError("Baker owes $12,000")

    monkeypatch.setattr(accounts, "all_accounts", breaks)
    answer = http.get("/api/accounts")
    assert answer.status_code == 500
    assert "Baker" not in answer.text
    assert "Your files and answers are safe" in answer.json()["detail"]


def test_a_browser_gets_a_page_and_a_program_a_document(home: Home) -> None:
    http = TestClient(build(home), base_url=BASE)
    page = http.get("/", headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert json.loads(http.get("/").text)["status"] == 401


def test_a_refused_request_changes_nothing(home: Home) -> None:
    before = tree(home.path)
    http = TestClient(build(home), base_url=BASE)
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
        for path in ("/api/accounts", "/api/accounts/x/files", "/"):
            assert http.request(method, path, content=b"x" * 1000).status_code == 401
    assert tree(home.path) == before
