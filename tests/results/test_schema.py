"""The JSON Schema of the result: every result is valid, every key is described, and missing or wrong values are invalid."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from exportready import CheckRequest, check, load_rulebook
from exportready.policy import baseline, waivers
from exportready.results import compare
from exportready.results.schema import schema
from exportready.results.write import result_data

EXAMPLES = Path(__file__).parents[2] / "examples"
COMPANIES = ("ready", "not-ready", "not-ready-without-inventory", "not-ready-batch", "by-hand", "after-export")
AT = datetime.fromisoformat("2026-11-21T09:30:00-07:00")
SCHEMA = schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def request(company: str) -> CheckRequest:
    return CheckRequest(snapshot=EXAMPLES / company, rulebook=load_rulebook(), at=AT)


@cache
def written(company: str) -> Any:
    return json.loads(json.dumps(result_data(check(request(company)))))


@cache
def everything() -> Any:
    """Return a result with every optional key: waivers, a baseline, changes, excluded rules, a path in a repository."""
    old = check(request("ready"))
    accepted = EXAMPLES.parent / "tests" / "results" / "waivers.yaml"
    asked = replace(
        request("not-ready"),
        waivers=waivers.read(accepted),
        baseline=baseline.of(check(replace(request("not-ready"), select=("items",))), request("ready").rulebook.rules),
        baseline_name="baseline.json",
        ignore=("tax",),
    )
    report = check(asked)
    changes = compare.compare(compare.result_from_json(result_data(old)), compare.result_from_json(result_data(report)))
    return json.loads(json.dumps(result_data(replace(report, base="accounts/northwind", changes=changes, own_rules=True))))


def test_the_schema_itself_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("company", COMPANIES)
def test_every_result_is_valid(company: str) -> None:
    VALIDATOR.validate(written(company))


def test_a_result_with_every_optional_key_is_valid() -> None:
    found = everything()
    assert {"baseline", "waivers", "changes", "snapshot", "lapses"} <= set(found)
    findings = [finding for rule in found["rules"] for finding in rule["findings"]]
    for key in ("known", "waiver", "note", "trace"):
        assert any(finding.get(key) for finding in findings), key
    VALIDATOR.validate(found)


def undescribed(value: Any, described: dict[str, Any], path: str = "") -> Iterator[str]:
    """Yield the keys of a value that its schema doesn't describe."""
    if "$ref" in described:
        described = SCHEMA["$defs"][described["$ref"].rpartition("/")[2]]
    for each in described.get("anyOf", ()) if value is not None else ():
        if each != {"type": "null"}:
            yield from undescribed(value, each, path)
    if isinstance(value, list):
        for item in value:
            yield from undescribed(item, described.get("items", {}), f"{path}[]")
    elif isinstance(value, dict) and "anyOf" not in described and "additionalProperties" not in described:
        properties = described.get("properties", {})
        for name, inner in value.items():
            if name in properties:
                yield from undescribed(inner, properties[name], f"{path}.{name}")
            else:
                yield f"{path}.{name}"


@pytest.mark.parametrize("company", COMPANIES)
def test_every_key_is_described(company: str) -> None:
    assert set(undescribed(written(company), SCHEMA)) == set(), "describe it in results/schema.py, then run `make schemas`"


def test_every_optional_key_is_described() -> None:
    assert set(undescribed(everything(), SCHEMA)) == set()


def richest(value: Any) -> Any:
    """Return the value with only the entry of each list that has most keys, since the others would be damaged in the same ways."""
    if isinstance(value, dict):
        return {name: richest(inner) for name, inner in value.items()}
    if isinstance(value, list) and len(value) > 2:
        return [richest(max(value, key=lambda one: len(json.dumps(one))))]
    return value


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path to every key, within lists only to those of the first entry."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from places(inner, (*path, name))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*path, 0))


def parent(found: Any, path: tuple[str | int, ...]) -> Any:
    for step in path[:-1]:
        found = found[step]
    return found


AT_TIMES = {
    "snapshot", "account.company_file", "rulebook.own", "baseline", "waivers", "lapses", "changes", "rules.problem", "rules.cause",
    "fix.template", "where.snippet", "findings.note", "findings.known", "findings.group", "findings.members", "findings.told_at",
    "findings.trace", "sources.error_line", "sources.error_message", "gaps.also", "gaps.question", "gaps.source", "work_list.not_known",
    "source.note", "tie_out.differing", "gaps.integrator",
}  # fmt: skip
FREE = {"records", "observed", "expected", "settings", "work_list", "answers", "otherwise"}
"""Mappings whose keys come from the files."""


def is_at_times(path: tuple[str | int, ...]) -> bool:
    names = [step for step in path if isinstance(step, str)]
    return any(
        (name in AT_TIMES and not before) or f"{before}.{name}" in AT_TIMES
        for before, name in zip(["", *names], names, strict=False)
    )


def test_a_missing_key_is_invalid() -> None:
    for company in ("not-ready", "after-export"):
        result = richest(written(company))
        VALIDATOR.validate(result)
        for path in places(result):
            if FREE & set(path[:-1]) or is_at_times(path):
                continue
            damaged = copy.deepcopy(result)
            del parent(damaged, path)[path[-1]]
            assert not VALIDATOR.is_valid(damaged), path


def test_a_value_of_another_type_is_invalid() -> None:
    for company in ("not-ready", "after-export"):
        result = richest(written(company))
        VALIDATOR.validate(result)
        for path in places(result):
            damaged = copy.deepcopy(result)
            parent(damaged, path)[path[-1]] = 1.5
            assert not VALIDATOR.is_valid(damaged), path


def test_new_keys_are_valid() -> None:
    grown = copy.deepcopy(written("not-ready"))
    for path in list(places(grown)):
        inner = parent(grown, (*path, ""))
        if isinstance(inner, dict) and not FREE & set(path):
            inner["new"] = {"more": 1}
    VALIDATOR.validate({**grown, "counts": grown["counts"]})
