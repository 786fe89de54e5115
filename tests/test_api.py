"""The public API: what docs/engineer/api.md shows is run, what it names exists, and importing it costs nothing."""

from __future__ import annotations

import ast
import contextlib
import io
import os
import pickle
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import exportready

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = (ROOT / "docs" / "engineer" / "api.md").read_text(encoding="utf-8").partition("## The local API")[0]
EXAMPLES = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)


def in_new_python(code: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "engine")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "examples" / "not-ready", tmp_path / "november")
    (tmp_path / "my-rules").mkdir()
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    said = []
    for number, example in enumerate(EXAMPLES):
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            exec(compile(example, f"docs/engineer/api.md, example {number}", "exec"), names)  # noqa: S102 - our own document
        said.append(told.getvalue())
    first, _, issues, results, mistakes, nowhere = said
    assert first == "not_ready\n"
    assert "  - " in issues
    assert "items/cogs-account: failed" in results
    assert mistakes == "my-rules:0: this folder has no rules; add a file AREA/NAME.yaml\n"
    assert "Can't find nowhere" in nowhere


def test_the_document_names_what_there_is_and_all_of_it() -> None:
    named = {name for row in re.findall(r"^\| (`\w.*?) \|", DOCUMENT, re.MULTILINE) for name in re.findall(r"`(\w+)", row)}
    fields = set(exportready.CheckRequest.__struct_fields__)
    assert named == fields | set(exportready.__all__)


def test_the_stub_names_what_the_package_gives() -> None:
    stub = ast.parse((ROOT / "engine" / "exportready" / "__init__.pyi").read_text(encoding="utf-8"))
    imported = {
        alias.asname: f"{node.module}.{alias.name}"
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(imported) == set(exportready.__all__)
    for name, place in imported.items():
        assert name is not None
        module, _, attribute = place.rpartition(".")
        assert getattr(exportready, name) is getattr(import_module(module), attribute)
    assert set(exportready.__all__) <= set(dir(exportready))
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        exportready.chek  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    "before", ["", "import exportready.check", "from exportready.check import examine", "import exportready.fleet.work"]
)
def test_check_is_the_function_whatever_was_imported_before(before: str) -> None:
    told = in_new_python(
        f"{before}\nfrom exportready import check\nimport exportready\nprint(type(check).__name__, exportready.check is check)"
    )
    assert told == "function True\n"


def test_check_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(exportready.check)) is exportready.check  # noqa: S301 - our own function


def test_importing_the_package_imports_nothing_else() -> None:
    told = in_new_python(
        "import sys; before = set(sys.modules); import exportready; exportready.__version__; print(sorted(set(sys.modules) - before))"
    )
    assert told in ("['exportready']\n", "['exportready', 'types']\n")


@pytest.mark.slow
def test_the_types_are_those_of_the_modules(tmp_path: Path) -> None:
    code = """
from datetime import datetime
from pathlib import Path
from exportready import CheckRequest, check, load_rulebook
reveal_type(check(CheckRequest(snapshot=Path(), rulebook=load_rulebook(), at=datetime.now().astimezone())).verdict)
CheckRequest(snapshot="november")
"""
    pytest.importorskip("mypy")
    (tmp_path / "example.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", str(tmp_path / "example.py")]
    out = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False).stdout
    assert 'note: Revealed type is "exportready.model.report.Verdict"' in out
    assert "Missing named argument" in out
