"""The OpenAPI document of the local API."""

from __future__ import annotations

from typing import Any

from exportready import __version__
from exportready.app import checks

_TEXT: dict[str, Any] = {"type": "string"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0}
_YES_NO: dict[str, Any] = {"type": "boolean"}
_TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
_MAYBE_TIME: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}
_PHASE: dict[str, Any] = {"type": "string", "enum": list(checks.PHASES), "default": checks.BEFORE}
_AT: dict[str, Any] = {
    "type": ["string", "null"],
    "description": "A time in ISO 8601 (UTC without an offset); “files”: the latest date that the files state; without it: now",
}
_VERDICTS = {"type": "string", "enum": ["ready", "ready_with_warnings", "not_ready", "cannot_tell"]}
_STATES = ["used", "partly", "unused", "unrecognized", "unreadable", "older", "other-company"]


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False, **more}


def _list_of(name: str, schema: str) -> dict[str, Any]:
    return _object({name: {"type": "array", "items": _ref(schema)}})


def _ref(schema: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}"}


_FILE: dict[str, Any] = {
    "name": _TEXT,
    "kind": {**_TEXT, "description": "What it is, in plain words, such as “QuickBooks lists”"},
    "records": {**_NUMBER, "description": "Number of records, without the lines of transactions"},
    "taken_at": {**_MAYBE_TIME, "description": "When it was exported, if it or a person says so"},
    "state": {"type": "string", "enum": _STATES},
    "said": {**_TEXTS, "description": "What was read, and what is off"},
    "help": {**_TEXTS, "description": "What to do about it"},
}

SCHEMAS: dict[str, Any] = {
    "Account": _object({"id": _TEXT, "name": _TEXT, "created": _TIME, "archived": _YES_NO, "example": _YES_NO}),
    "Accounts": _list_of("accounts", "Account"),
    "NewAccount": _object({"name": {**_TEXT, "minLength": 1, "maxLength": 200}}),
    "Created": _object({"id": _TEXT, "name": _TEXT}),
    "File": _object(_FILE),
    "Files": _list_of("files", "File"),
    "AddedFile": _object(
        {
            **_FILE,
            "outcome": {"type": "string", "enum": ["added", "replaced", "same", "kept-both", "refused"]},
            "why": _TEXT,
        }
    ),
    "AddedFiles": _list_of("files", "AddedFile"),
    "Question": _object(
        {
            "id": _TEXT,
            "question": _TEXT,
            "why": _TEXT,
            "steps": _TEXTS,
            "choices": {"type": "array", "items": _object({"value": _TEXT, "label": _TEXT})},
            "free": {"type": "string", "enum": ["", "date", "name", "number", "text"]},
            "lasts": {**_TEXT, "description": "Until when an answer counts"},
            "decides": {**_NUMBER, "description": "Number of open checks that the answer may decide"},
        },
        {
            "path": {**_TEXT, "description": "Where the answer goes: a key of `answers`"},
            "rule": {**_TEXT, "description": "The check that is confirmed: a key of `confirmations`"},
        },
        oneOf=[{"required": ["path"]}, {"required": ["rule"]}],
    ),
    "Questions": _list_of("questions", "Question"),
    "Answers": _object(
        {},
        {
            "answers": {"type": "object", "description": "Path -> a choice's value, or the value that account.yaml takes"},
            "confirmations": {"type": "object", "additionalProperties": _YES_NO, "description": "Rule -> whether all is well"},
            "by": {**_TEXT, "description": "Who answered"},
            "at": {**_AT, "description": "When it was answered; without it: now"},
        },
    ),
    "Saved": _object({"answers": _NUMBER, "confirmations": _NUMBER}),
    "NewCheck": _object({}, {"phase": _PHASE, "at": _AT}),
    "Check": _object(
        {"id": _TEXT, "verdict": _VERDICTS, "result": {"type": "object", "description": "`exportready schema result`"}}
    ),
    "CheckInfo": _object(
        {
            "id": _TEXT,
            "verdict": _VERDICTS,
            "title": {**_TEXT, "description": "The verdict in words"},
            "phase": _PHASE,
            "at": {**_TIME, "description": "The moment that it is about"},
            "made": {**_TIME, "description": "When it was made"},
            "good_until": {
                **_MAYBE_TIME,
                "description": "When the first answer, confirmation or file that it rests on gets too old",
            },
            "counts": _object(dict.fromkeys(("to_fix", "to_review", "open", "ok", "not_applicable"), _NUMBER)),
            "batches": {"type": "array", "items": _object({"number": _TEXT, "verdict": _VERDICTS})},
        }
    ),
    "Checks": _list_of("checks", "CheckInfo"),
    "Problem": _object(
        {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
        description="A problem document (RFC 9457); “detail” says what to do",
    ),
}


def _answer(description: str, schema: str = "", media_type: str = "application/json") -> dict[str, Any]:
    content = (
        {"content": {media_type: {"schema": _ref(schema) if schema else _TEXT}}}
        if schema or media_type != "application/json"
        else {}
    )
    return {"description": description, **content}


def _operation(summary: str, answers: dict[str, Any], body: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    refused = _answer("Rejected; the problem says why", "Problem", "application/problem+json")
    return {
        "summary": summary,
        "responses": {**answers, "default": refused},
        **({"requestBody": body} if body else {}),
        **more,
    }


def _json(schema: str, *, required: bool = True) -> dict[str, Any]:
    return {"required": required, "content": {"application/json": {"schema": _ref(schema)}}}


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


_FILES_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": _object({"files": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1}})
        }
    },
}


def _paths() -> dict[str, Any]:
    one, id_, check = "/api/accounts/{account_id}", _path("account_id"), _path("check_id")
    deleted = {"204": _answer("Done")}
    return {
        "/api/accounts": {
            "get": _operation("List the companies", {"200": _answer("All companies", "Accounts")}),
            "post": _operation("Add a company", {"201": _answer("It was added", "Created")}, _json("NewAccount")),
        },
        one: {
            "parameters": [id_],
            "get": _operation("Return a company", {"200": _answer("The company", "Account")}),
            "delete": _operation("Delete a company, with its files, answers and checks", deleted),
        },
        f"{one}/files": {
            "parameters": [id_],
            "get": _operation("List the files", {"200": _answer("All files", "Files")}),
            "post": _operation(
                "Add files, or a .zip of files", {"201": _answer("What became of each", "AddedFiles")}, _FILES_BODY
            ),
        },
        f"{one}/files/{{name}}": {
            "parameters": [id_, _path("name")],
            "delete": _operation("Remove a file", deleted),
        },
        f"{one}/questions": {
            "parameters": [id_],
            "get": _operation(
                "List what a person can answer or confirm now",
                {"200": _answer("All open questions", "Questions")},
                parameters=[_query("phase", _PHASE), _query("at", _AT)],
            ),
        },
        f"{one}/answers": {
            "parameters": [id_],
            "post": _operation(
                "Save answers: all of them or none", {"200": _answer("They are saved", "Saved")}, _json("Answers")
            ),
        },
        f"{one}/checks": {
            "parameters": [id_],
            "get": _operation("List the checks, the newest first", {"200": _answer("All checks", "Checks")}),
            "post": _operation(
                "Check now", {"201": _answer("The check, with its result", "Check")}, _json("NewCheck", required=False)
            ),
        },
        f"{one}/checks/{{check_id}}": {
            "parameters": [id_, check],
            "get": _operation("Return a check as it was", {"200": _answer("The same as when it was made", "Check")}),
        },
        f"{one}/checks/{{check_id}}.html": {
            "parameters": [id_, check],
            "get": _operation("Return the report of a check", {"200": _answer("A web page", "", "text/html")}),
        },
        "/api/openapi.json": {
            "get": _operation("Return this document", {"200": {"description": "An OpenAPI document"}}, security=[]),
        },
    }


def document() -> dict[str, Any]:
    """Return the whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ExportReady on this computer",
            "version": __version__,
            "description": "To print the token, run: exportready app --print-token",
        },
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {"schemas": SCHEMAS, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }
