"""A sum says how many amounts it lacks, wherever it is shown."""

from __future__ import annotations

import json
import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from commands import Run
from exportready.model.display import format_sum

EXAMPLES = Path(__file__).parents[2] / "examples"
BEFORE, AFTER = "2026-11-20T18:00:00-07:00", "2026-11-21T09:30:00-07:00"


def test_a_sum_without_gaps_is_only_a_sum() -> None:
    assert [format_sum(Decimal("24960.34"), lacking) for lacking in (0, 1, 2)] == [
        "$24,960.34",
        "$24,960.34 plus 1 unreadable amount",
        "$24,960.34 plus 2 unreadable amounts",
    ]


def changed(example: str, folder: Path, file: str, **fields: Any) -> None:
    """Copy an example, and change the fields of one pending transaction, or of one that was exported."""
    shutil.copytree(EXAMPLES / example, folder)
    path = folder / "servicetitan" / file
    document = json.loads(path.read_text())
    pending = [
        row for row in document["data"] if (row.get("batch") or {}).get("number") == "1042" and row.get("active") is not False
    ]
    pending[0].update(fields)
    path.write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("file", "fields"),
    [
        ("invoices.json", {"total": "garbage"}),
        ("invoices.json", {"total": "1,23,4"}),
        ("payments.json", {"total": None}),
        ("payments.json", {"total": "NaN"}),
    ],
)
def test_a_batch_says_how_many_amounts_its_sum_lacks(run: Run, tmp_path: Path, file: str, fields: dict[str, Any]) -> None:
    changed("ready", tmp_path / "november", file, **fields)
    formats = [f"-o{format_}:{tmp_path / format_}" for format_ in ("json", "console", "html", "markdown")]
    run("check", tmp_path / "november", "--at", BEFORE, "--no-progress", *formats, "--fail-on", "never", "--allow-unknown")
    (batch,) = json.loads((tmp_path / "json").read_text())["batches"]
    assert batch["unreadable"] == 1
    for format_ in ("console", "html", "markdown"):
        assert "plus 1 unreadable amount)" in " ".join((tmp_path / format_).read_text().split()), format_
    assert run("render", tmp_path / "json", "-o", f"console:{tmp_path / 'again'}").returncode == 0
    hint = re.compile(r"exportready confirm(?: \S*november)?")  # a stored result doesn't know the folder
    again, first = (hint.sub("", " ".join((tmp_path / name).read_text().split())) for name in ("again", "console"))
    assert again == first


@pytest.mark.parametrize("total", ["garbage", None, "12.3.4"])
def test_the_tie_out_says_how_many_amounts_it_lacks(run: Run, tmp_path: Path, total: str | None) -> None:
    changed("after-export", tmp_path / "november", "invoices.json", total=total)
    formats = [f"-o{format_}:{tmp_path / format_}" for format_ in ("json", "console")]
    run("check", tmp_path / "november", "--at", AFTER, "--no-progress", *formats, "--fail-on", "never", "--allow-unknown")
    rows = json.loads((tmp_path / "json").read_text())["tie_out"]
    row = next(row for row in rows if row["batch"] == "1042" and row["type"] == "invoice")
    assert (row["servicetitan"]["unreadable"], row["untold"]["unreadable"]) == (1, 1)
    assert "plus 1 unreadable amount" in " ".join((tmp_path / "console").read_text().split())


def test_complete_sums_have_no_such_words(run: Run, tmp_path: Path) -> None:
    for example, at in (("ready", BEFORE), ("not-ready", BEFORE), ("after-export", AFTER)):
        done = run(
            "check", EXAMPLES / example, "--at", at, "--no-progress", "-o", "console", "-o", f"json:{tmp_path / 'json'}"
        )
        assert "unreadable" not in done.stdout.decode() + (tmp_path / "json").read_text()
