"""The local API, as docs/engineer/api.md and its OpenAPI document describe it: the whole way from files to Ready, and every refusal."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from starlette.routing import Route

from exportready.app import accounts
from exportready.app.api.document import document
from exportready.app.api.routes import routes
from exportready.app.home import Home
from exportready.schema import budgets
from page import ANSWERS, AT, BY_HAND, TestClient, tree

DOCUMENT = document()
FILES = [("files", (path.name, path.read_bytes())) for path in sorted(BY_HAND.iterdir()) if path.name != "account.yaml"]


def fits(schema: str, data: Any) -> Any:
    """Return the data, which must have the shape that the OpenAPI document gives it."""
    jsonschema.validate(data, {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]})
    return data


@pytest.fixture
def one(http: TestClient) -> str:
    """The address of a company."""
    made = http.post("/api/accounts", json={"name": "Northwind Plumbing & Heating"})
    return f"/api/accounts/{fits('Created', made.json())['id']}"


def reply(question: Mapping[str, Any]) -> object:
    path = str(question["path"])
    if path in ANSWERS:
        return ANSWERS[path]
    if path.startswith("salesTax.zones."):
        return f"{path.rpartition('.')[2]} Sales Tax"
    values = [choice["value"] for choice in question["choices"]]
    if path.startswith("modules."):
        return values[:3]
    return "nothing else" if "nothing else" in values else values[0]


def test_from_files_to_ready(http: TestClient, one: str) -> None:
    added = fits("AddedFiles", http.post(f"{one}/files", files=FILES).json())["files"]
    assert {file["outcome"] for file in added} == {"added"}
    listed = fits("Files", http.get(f"{one}/files").json())["files"]
    assert [file["name"] for file in listed] == sorted(name for _, (name, _) in FILES)
    assert next(file for file in listed if file["name"] == "pricebook.xlsx")["records"] == 101
    for _ in range(5):
        asked = fits("Questions", http.get(f"{one}/questions").json())["questions"]
        if not asked:
            break
        body: dict[str, dict[str, object]] = {
            "answers": {question["path"]: reply(question) for question in asked if "path" in question},
            "confirmations": {question["rule"]: True for question in asked if "rule" in question},
        }
        saved = http.post(f"{one}/answers", json=body)
        assert saved.status_code == 200, saved.text
        assert fits("Saved", saved.json()) == {"answers": len(body["answers"]), "confirmations": len(body["confirmations"])}
    made = http.post(f"{one}/checks", json={"phase": "before-export", "at": AT.isoformat()})
    assert made.status_code == 201
    assert set(fits("Check", made.json())) == {"id", "verdict", "result"}
    assert made.json()["verdict"] == made.json()["result"]["verdict"] == "ready"
    again = http.get(f"{one}/checks/{made.json()['id']}")
    assert (again.status_code, again.json()) == (200, made.json())
    assert made.headers["location"] == f"{one}/checks/{made.json()['id']}"
    (info,) = fits("Checks", http.get(f"{one}/checks").json())["checks"]
    assert (info["id"], info["title"], info["phase"]) == (made.json()["id"], "Ready to export", "before-export")
    page = http.get(f"{one}/checks/{info['id']}.html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Ready to export" in page.text
    assert "sandbox" in page.headers["content-security-policy"]


def test_companies(http: TestClient, one: str) -> None:
    (listed,) = fits("Accounts", http.get("/api/accounts").json())["accounts"]
    assert fits("Account", http.get(one).json()) == listed
    assert listed["name"] == "Northwind Plumbing & Heating"
    assert http.delete(one).status_code == 204
    assert http.get(one).status_code == 404
    assert http.delete(one).status_code == 404
    assert http.get("/api/accounts").json() == {"accounts": []}


def test_answers_that_are_sent_are_used_and_not_listed(http: TestClient, one: str) -> None:
    answer = http.post(
        f"{one}/files", files=[*FILES[:1], ("files", ("account.yaml", (BY_HAND / "account.yaml").read_bytes()))]
    )
    added = {file["name"]: (file["outcome"], file["state"]) for file in fits("AddedFiles", answer.json())["files"]}
    assert added["account.yaml"] == ("added", "used")
    assert [file["name"] for file in http.get(f"{one}/files").json()["files"]] == [FILES[0][1][0]]


def test_a_file_is_removed_by_its_name(http: TestClient, one: str) -> None:
    http.post(f"{one}/files", files=[("files", ("my file #1 (é).csv", b"a,b\n1,2\n"))])
    (file,) = http.get(f"{one}/files").json()["files"]
    assert http.delete(f"{one}/files/{file['name'].replace('#', '%23')}").status_code == 204
    assert http.get(f"{one}/files").json() == {"files": []}
    assert http.delete(f"{one}/files/nothing.csv").status_code == 404


@pytest.mark.parametrize("name", ["..%2F..%2Ftoken", "%2e%2e/%2e%2e/token", "account.yaml", "..%5C..%5Ctoken"])
def test_nothing_else_can_be_removed(http: TestClient, one: str, home: Home, name: str) -> None:
    before = tree(home.path)
    assert http.delete(f"{one}/files/{name}").status_code in (404, 405)
    assert tree(home.path) == before


@pytest.mark.parametrize("name", ["../evil.csv", "..\\evil.csv", "a/../../evil.csv", "/abs/evil.csv", "C:/evil.csv"])
def test_a_name_that_leads_elsewhere_is_refused_and_nothing_is_added(
    http: TestClient, one: str, home: Home, name: str
) -> None:
    before = tree(home.path.parent)
    body = (
        b'--B\r\nContent-Disposition: form-data; name="files"; filename="good.csv"\r\n\r\na,b\r\n1,2\r\n'
        b'--B\r\nContent-Disposition: form-data; name="files"; filename="'
        + name.encode()
        + b'"\r\n\r\na,b\r\n1,2\r\n--B--\r\n'
    )
    answer = http.post(f"{one}/files", content=body, headers={"Content-Type": "multipart/form-data; boundary=B"})
    assert (answer.status_code, "outside the folder" in answer.json()["detail"]) == (422, True)
    assert tree(home.path.parent) == before


def test_ten_thousand_files_are_refused_and_nothing_is_added(http: TestClient, one: str, home: Home) -> None:
    before = tree(home.path)
    answer = http.post(f"{one}/files", files=[("files", (f"{number}.csv", b"a\n1\n")) for number in range(10_000)])
    assert answer.status_code == 413
    assert (
        answer.json()["detail"]
        == "That folder has 10,000 files. Drop only the exports, at most 500 at a time. Nothing was added."
    )
    assert tree(home.path) == before


def test_a_file_over_the_limit_is_said_and_the_others_are_added(
    http: TestClient, one: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "DROPPED_FILE_SIZE", 1 << 20)
    answer = http.post(f"{one}/files", files=[("files", ("big.csv", bytes(5 << 20))), ("files", ("small.csv", b"a\n1\n"))])
    assert answer.status_code == 201
    outcomes = {file["name"]: (file["outcome"], file["why"]) for file in fits("AddedFiles", answer.json())["files"]}
    assert outcomes["small.csv"][0] == "added"
    assert outcomes["big.csv"][0] == "refused"
    assert "the limit is 1 MB" in outcomes["big.csv"][1]
    only = http.post(f"{one}/files", files=[("files", ("big.csv", bytes(5 << 20)))])
    assert (only.status_code, "the limit is 1 MB" in only.json()["detail"]) == (422, True)
    assert list(home.incoming.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "multipart/form-data; boundary=B", 400),
        (b"nonsense", "multipart/form-data; boundary=B", 400),
        (
            b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\na,b',
            "multipart/form-data; boundary=B",
            400,
        ),
        (b"--B--\r\n", "multipart/form-data; boundary=B", 422),
        (b"x", "multipart/form-data", 415),
        (b"{}", "application/json", 415),
        (
            b'--B\r\nContent-Disposition: form-data; name="x"\r\n\r\n' + b"y" * 100_000 + b"\r\n--B--\r\n",
            "multipart/form-data; boundary=B",
            413,
        ),
        (
            b'--B\r\nContent-Disposition: form-data; name="files"; filename="' + b"y" * 20_000 + b'"\r\n\r\nx\r\n--B--\r\n',
            "multipart/form-data; boundary=B",
            400,
        ),
    ],
)
def test_a_form_that_is_none_is_refused(
    http: TestClient, one: str, home: Home, content: bytes, kind: str, status: int
) -> None:
    before = tree(home.path)
    answer = http.post(f"{one}/files", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    fits("Problem", answer.json())
    assert tree(home.path) == before


@pytest.mark.parametrize(
    "header", ['filename="p\u00e9.csv"', "filename*=UTF-8''p%C3%A9.csv", "filename*=utf-8''p%C3%A9.csv; name=x"]
)
def test_names_with_accents_arrive(http: TestClient, one: str, header: str) -> None:
    body = f'--B\r\nContent-Disposition: form-data; name="files"; {header}\r\n\r\na,b\r\n1,2\r\n--B--\r\n'.encode()
    answer = http.post(f"{one}/files", content=body, headers={"Content-Type": "multipart/form-data; boundary=B"})
    assert [file["name"] for file in answer.json()["files"]] == ["p\u00e9.csv"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("checks", {"phase": "during"}, 422),
        ("checks", {"at": "yesterday"}, 422),
        ("checks", {"at": "0001-01-01"}, 422),
        ("checks", {"when": "now"}, 422),
        ("answers", {"answers": {"nothing": 1}}, 422),
        ("answers", {"answers": {"customerMapping": {"a": 1}}}, 422),
        ("answers", {"confirmations": {"naming/characters": "yes"}}, 422),
        ("answers", {"confirmations": {"items/cogs-account": True}}, 422),
        ("answers", {"answers": [], "confirmations": {}}, 422),
        ("answers", {"at": "files"}, 422),
        ("answers", {"answers": {"peopleWhoExport": 1}, "by": ""}, 422),
    ],
)
def test_what_cannot_be_done_is_said(http: TestClient, one: str, path: str, body: object, status: int) -> None:
    answer = http.post(f"{one}/{path}", json=body)
    assert answer.status_code == status, answer.text
    fits("Problem", answer.json())


def test_a_check_needs_no_body_and_takes_the_moment_of_the_files(http: TestClient, one: str) -> None:
    http.post(f"{one}/files", files=FILES)
    now = http.post(f"{one}/checks")
    assert (now.status_code, now.json()["result"]["checked_at"]) == (201, AT.isoformat())
    of_files = http.post(f"{one}/checks", json={"at": "files", "phase": "after-export"}).json()["result"]
    assert (of_files["account"]["phase"], of_files["seen_at"][:4]) == ("after-export", "2026")
    without_offset = http.post(f"{one}/checks", json={"at": "2026-11-21T01:00:00"}).json()["result"]
    assert without_offset["checked_at"] == "2026-11-21T01:00:00+00:00"


@pytest.mark.parametrize("check", ["nothing", "..%2F..%2F..%2Ftoken", "nothing.html"])
def test_there_is_no_other_check(http: TestClient, one: str, check: str) -> None:
    assert http.get(f"{one}/checks/{check}").status_code == 404


@pytest.mark.parametrize("account", ["nothing", "000000000000", "..", "%2e%2e", "..%2f.."])
def test_there_is_no_other_company(http: TestClient, account: str) -> None:
    for path in ("", "/files", "/questions", "/checks"):
        assert http.get(f"/api/accounts/{account}{path}").status_code in (404, 405)


def test_companies_are_apart(http: TestClient, home: Home, one: str) -> None:
    other = accounts.create(home, "Another", AT)
    http.post(f"{one}/files", files=FILES[:1])
    made = http.post(f"{one}/checks").json()["id"]
    assert http.get(f"/api/accounts/{other.id}/files").json() == {"files": []}
    assert http.get(f"/api/accounts/{other.id}/checks/{made}").status_code == 404


# -- the documents


def test_the_document_describes_every_route_and_no_other(http: TestClient) -> None:
    described = {
        (method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item if method != "parameters"
    }
    there = {
        (method, route.path)
        for route in routes()
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert described == there
    answer = http.get("/api/openapi.json", headers={"Authorization": ""})
    assert answer.status_code in (200, 401)
    del http.headers["Authorization"]
    assert http.get("/api/openapi.json").json() == json.loads(json.dumps(DOCUMENT))


def test_every_reference_in_the_document_leads_somewhere() -> None:
    names = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))
    assert names == set(DOCUMENT["components"]["schemas"])
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_the_engineers_page_names_every_route() -> None:
    text = Path("docs/engineer/api.md").read_text(encoding="utf-8")
    for path, item in DOCUMENT["paths"].items():
        for method in set(item) - {"parameters"}:
            assert f"`{method.upper()} {path.replace('{account_id}', '{id}').replace('{check_id}', '{check}')}`" in text, (
                method,
                path,
            )
