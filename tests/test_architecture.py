"""The house keeps its shape: rooms, sizes, values. Import contracts are in pyproject.toml; this holds what they can't say."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import exportready
from exportready.model.evidence import Location

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "engine" / "exportready"
MODULES = sorted(path.relative_to(ENGINE).as_posix() for path in ENGINE.rglob("*.py"))
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]

LOOSE = {"check.py", "__init__.py", "__main__.py"}
TABLES = {
    "kinds/derived.py",
    "kinds/quickbooks.py",
    "kinds/servicetitan.py",
    "reporters/audit/words.py",
    "reporters/words.py",
}
"""Files that are one long table of data each; they may be as long as what they list."""
LONGEST_FILE = 400
MOST_PARAMETERS = 7
KEYWORDS_FROM = 4
MOST_LAYERS = 12


def tree(module: str) -> ast.Module:
    return ast.parse((ENGINE / module).read_text(encoding="utf-8"))


def functions(module: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(module)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def structs() -> list[type[msgspec.Struct]]:
    """Every value class of the program."""
    for module in pkgutil.walk_packages(exportready.__path__, "exportready."):
        if module.name not in ("exportready.__main__", "exportready.causes.engines.durable", "exportready.fleet.cluster"):
            importlib.import_module(module.name)
    found: dict[str, type[msgspec.Struct]] = {}
    waiting = [msgspec.Struct]
    while waiting:
        for cls in waiting.pop().__subclasses__():
            waiting.append(cls)
            if cls.__module__.startswith("exportready."):
                found[f"{cls.__module__}.{cls.__qualname__}"] = cls
    return [found[name] for name in sorted(found)]


def test_no_module_lies_loose_beside_the_rooms() -> None:
    assert {name for name in MODULES if "/" not in name} == LOOSE


@pytest.mark.parametrize("module", MODULES)
def test_a_file_is_read_in_one_sitting(module: str) -> None:
    lines = len((ENGINE / module).read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE or module in TABLES


@pytest.mark.parametrize("module", MODULES)
def test_no_function_takes_a_handful_too_many(module: str) -> None:
    for function in functions(module):
        arguments = function.args
        names = [one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        names = names[1:] if names[:1] in (["self"], ["cls"]) else names
        assert len(names) <= MOST_PARAMETERS, f"{module}:{function.lineno} {function.name}"


@pytest.mark.parametrize("module", MODULES)
def test_no_object_is_a_key_by_its_address(module: str) -> None:
    """An address is reused once its object is gone, and differs in every run."""
    calls = [node for node in ast.walk(tree(module)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert not [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "id"]


def test_the_main_contract_has_few_layers_and_covers_every_room() -> None:
    (layers,) = (one["layers"] for one in CONTRACTS if one.get("containers") == ["exportready"] and one["type"] == "layers")
    rooms = {room for layer in layers for room in layer.replace("|", " ").split()}
    assert len(layers) <= MOST_LAYERS
    assert rooms == {name.partition("/")[0].removesuffix(".py") for name in MODULES} - {"__init__"}


def test_values_are_frozen_and_take_keywords_from_four_fields_on() -> None:
    values = [cls for cls in structs() if cls.__struct_config__.frozen]
    assert len(values) > 100
    for cls in values:
        assert len(cls.__struct_fields__) < KEYWORDS_FROM or not cls.__match_args__, cls


def test_what_passes_between_rooms_is_a_frozen_value() -> None:
    model = [cls for cls in structs() if cls.__module__.startswith("exportready.model.")]
    assert len(model) > 50
    assert [cls.__qualname__ for cls in model if not cls.__struct_config__.frozen] == []


def test_a_value_cannot_be_changed() -> None:
    place = Location("invoices.json", 3)
    with pytest.raises(AttributeError):
        place.path = "other.json"  # type: ignore[misc]  # mypy refuses it too
