"""The ready-made wiring, as far as it can be tried without the services: pre-commit really runs, the others' scripts do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from commands import run_in_process

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
GIT, BASH = shutil.which("git") or "", shutil.which("bash") or ""
SWITCH = "populateSerialNumbersInQuickBooks"
AT = "2026-11-20T18:00:00-07:00"


def run(folder: Path, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    # Hooks of git set variables that would lead every git below them elsewhere.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        [*map(str, words)],
        cwd=folder,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def git(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    author = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.invalid", "-c", "commit.gpgsign=false"]
    return run(folder, GIT, *author, *words)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    if not GIT:
        pytest.skip("git is not installed here")
    home = tmp_path / "repository"
    shutil.copytree(EXAMPLES / "ready", home / "accounts" / "northwind")
    git(home, "init", "-q")
    git(home, "add", "-A")
    git(home, "commit", "-qm", "as it stands")
    return home


def switch_on(home: Path) -> None:
    path = home / "accounts" / "northwind" / "account.yaml"
    path.write_text(path.read_text("utf-8").replace(f"{SWITCH}: false", f"{SWITCH}: true"), "utf-8")


def test_the_command_of_the_hook_stops_the_commit_that_breaks_a_practice(repository: Path, tmp_path: Path) -> None:
    """What pre-commit would run, without the environment that it would make for it."""
    (hook,) = (
        one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")) if one["id"] == "exportready"
    )
    assert re.search(hook["files"], "accounts/northwind/account.yaml")
    arguments = ["accounts/northwind", "--since", "HEAD", "--new-only", f"--at={AT}", "-o", "github"]
    words = [*hook["entry"].split(), *arguments]
    assert words.pop(0) == "exportready"
    passed = run_in_process(words, repository)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    switch_on(repository)
    stopped = run_in_process(words, repository)
    assert stopped.returncode == 1
    assert b"::error file=accounts/northwind/account.yaml,line=" in stopped.stdout


@pytest.mark.slow
def test_pre_commit_stops_the_commit_that_breaks_a_practice(repository: Path, tmp_path: Path) -> None:
    """The hook of .pre-commit-hooks.yaml, installed by pre-commit from the working tree."""
    hooks = tmp_path / "hooks"  # pre-commit takes hooks from a repository
    hooks.mkdir()
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, hooks)
    for name in ("engine", "rules", "reports"):
        shutil.copytree(ROOT / name, hooks / name, ignore=shutil.ignore_patterns("__pycache__"))
    git(hooks, "init", "-q")
    git(hooks, "add", "-A")
    git(hooks, "commit", "-qm", "hooks")
    revision = git(hooks, "rev-parse", "HEAD").stdout.strip()
    arguments = ["accounts/northwind", "--since", "HEAD", "--new-only", f"--at={AT}", "-o", "github"]
    config = {"repos": [{"repo": str(hooks), "rev": revision, "hooks": [{"id": "exportready", "args": arguments}]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    home = {"PRE_COMMIT_HOME": str(tmp_path / "cache")}
    switch_on(repository)
    git(repository, "add", "-A")
    stopped = run(repository, sys.executable, "-m", "pre_commit", "run", **home)
    assert stopped.returncode == 1, stopped.stdout + stopped.stderr
    assert "::error file=accounts/northwind/account.yaml,line=" in stopped.stdout
    git(repository, "checkout", "-q", "HEAD", "--", "accounts")
    answers = repository / "accounts" / "northwind" / "account.yaml"
    answers.write_text(answers.read_text("utf-8") + "# a remark\n", "utf-8")
    git(repository, "add", "-A")
    passed = run(repository, sys.executable, "-m", "pre_commit", "run", **home)
    assert passed.returncode == 0, passed.stdout + passed.stderr


def tools(tmp_path: Path) -> str:
    """A PATH on which `exportready` is this tree."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    script = folder / "exportready"
    script.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT / "engine"}" exec "{sys.executable}" -m exportready "$@"\n', encoding="utf-8"
    )
    script.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.skipif(not BASH, reason="bash is not installed here")
def test_the_action_annotates_and_writes_sarif(repository: Path, tmp_path: Path) -> None:
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert action["runs"]["using"] == "composite"
    step = action["runs"]["steps"][-1]
    inputs = {"snapshot": "accounts/northwind", "since": "HEAD", "arguments": f"--at={AT}"}
    given = {**{name: str(one.get("default", "")) for name, one in action["inputs"].items()}, **inputs}
    environment = {name: given[text.removeprefix("${{ inputs.").removesuffix(" }}")] for name, text in step["env"].items()}
    switch_on(repository)
    done = run(
        repository,
        BASH,
        "-e",
        "-c",
        step["run"],
        PATH=tools(tmp_path),
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
        **environment,
    )
    assert done.returncode == 1, done.stderr
    assert "::error file=accounts/northwind/account.yaml" in done.stdout
    assert (repository / "exportready.sarif").is_file()
    assert (tmp_path / "summary.md").is_file()


@pytest.mark.skipif(not BASH, reason="bash is not installed here")
def test_the_gitlab_template_writes_its_reports(repository: Path, tmp_path: Path) -> None:
    job: dict[str, Any] = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text("utf-8"))["exportready"]
    switch_on(repository)
    (script,) = job["script"]
    environment = {
        "PATH": tools(tmp_path),
        "EXPORTREADY_SNAPSHOT": "accounts/northwind",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": "HEAD",
    }
    done = run(repository, BASH, "-e", "-c", script, **environment)
    assert done.returncode in (1, 4), done.stderr
    for name in job["artifacts"]["reports"].values():
        assert (repository / name).is_file()


def test_the_container_copies_what_the_package_is_made_of() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    copied = {word for line in text.splitlines() if line.startswith("COPY") for word in line.split()[1:-1]}
    assert copied == {"pyproject.toml", "README.md", "engine", "rules", "reports"}
    assert all((ROOT / name).exists() for name in copied)
    assert "USER checker" in text
