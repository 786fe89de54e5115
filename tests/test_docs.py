"""The documentation: sample reports are current, paths in the code lead to pages, and the website builds without a warning."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import sample
from commands import ROOT, run_in_process

SOURCES = sorted(
    path
    for folder in ("engine", "rules", "reports", "examples", "benchmarks", "tests", "ci")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".pyi", ".yaml", ".yml", ".j2", ".sql", ".md") and path.is_file()
)


@pytest.mark.parametrize("name", sample.SAMPLES)
def test_a_sample_report_is_what_this_version_writes(name: str, tmp_path: Path) -> None:
    run_in_process(sample.arguments(name, tmp_path), ROOT)
    committed = ROOT / "docs" / "sample" / f"{name}.html"
    assert committed.is_file(), "run `make sample`"
    assert committed.read_bytes() == (tmp_path / f"{name}.html").read_bytes(), "run `make sample`"


def test_pages_that_the_code_mentions_exist() -> None:
    missing = [
        f"{path.relative_to(ROOT).as_posix()}:{number}: {page}"
        for path in (
            *SOURCES,
            ROOT / "pyproject.toml",
            ROOT / "Makefile",
            ROOT / "action.yml",
            ROOT / ".pre-commit-hooks.yaml",
        )
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for page in re.findall(r"\bdocs/[\w/-]+\.md\b", line)
        if not (ROOT / page).is_file()
    ]
    assert missing == []


def test_the_readme_is_short_and_installs_nothing_from_an_index() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 120
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    assert [page.name for page in pages if re.search(r"(pipx?|uv tool) install exportready", page.read_text("utf-8"))] == []


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Build the website strictly, as `make site` does."""
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-c", str(ROOT / "docs"), str(source), str(target)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_website_builds_without_a_warning_and_lists_every_page(tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="install the site extra: make test-slow does")
    pytest.importorskip("myst_parser", reason="install the site extra: make test-slow does")
    done = build(ROOT, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    menu = (tmp_path / "docs" / "index.html").read_text(encoding="utf-8")
    for page in ("README.md", *(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))):
        written = tmp_path / Path(page).with_suffix(".html")
        assert written.is_file(), page
        address = "#" if page == "docs/index.md" else Path(page).with_suffix(".html").as_posix()
        assert f'href="{address.removeprefix("docs/") if address.startswith("docs/") else address}"' in menu.replace("../", "")
    assert (tmp_path / "searchindex.js").stat().st_size > 10_000


@pytest.mark.slow
def test_the_website_does_not_build_with_a_broken_link(tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="install the site extra: make test-slow does")
    pytest.importorskip("myst_parser", reason="install the site extra: make test-slow does")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Pages\n\n[Gone](gone.md)\n", encoding="utf-8")
    done = build(tmp_path, tmp_path / "site")
    assert done.returncode != 0
    assert "gone.md" in done.stderr
