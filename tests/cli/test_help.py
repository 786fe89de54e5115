"""Help: every summary fits, options are in groups, and every example runs."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from commands import as_text, run_in_process
from exportready.cli.app import exportready as command_line

EXAMPLES = Path(__file__).parents[2] / "examples"
WIDTH = 80
GROUPS = ["What to check", "Output", "Gate (exit code)", "Advanced"]


def commands(group: click.Group = command_line, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands())
EVERY_COMMAND = pytest.mark.parametrize("path", ALL, ids=lambda path: " ".join(path) or "exportready")


def help_of(path: tuple[str, ...]) -> str:
    done = as_text(run_in_process([*path, "--help"], Path.cwd(), COLUMNS=str(WIDTH)))
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def examples_of(path: tuple[str, ...]) -> list[str]:
    """The examples at the end of a command's help."""
    found = re.search(r"\nExamples?:\n((?:  .+\n)+)\Z", help_of(path))
    assert found, "the help doesn't end with an example"
    return [line.strip() for line in found[1].splitlines()]


@EVERY_COMMAND
def test_nothing_is_cut_off_or_too_wide(path: tuple[str, ...]) -> None:
    text = help_of(path)
    summaries = [line for line in text.splitlines() if line.endswith("...")]
    assert [line for line in summaries if not line.startswith("Usage:")] == []
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "practice" not in text
    assert "«" not in text


def test_the_options_of_a_check_are_in_groups() -> None:
    for path in (("check",), ("audit",)):
        headings = re.findall(r"^(\S.*):$", help_of(path), re.MULTILINE)
        assert headings[: len(GROUPS)] == GROUPS
    text = help_of(("check",))
    split = re.split("|".join(f"^{re.escape(group)}:$" for group in GROUPS), text, flags=re.MULTILINE)
    parts = dict(zip(GROUPS, split[1:], strict=True))
    for group, option in zip(GROUPS, ("--select", "--output", "--fail-on", "--engine"), strict=True):
        assert option in parts[group]


def test_few_options_have_no_groups() -> None:
    text = help_of(("rules", "list"))
    assert "\nOptions:\n" in text
    assert "Advanced" not in text


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with everything that the examples use."""
    shutil.copytree(EXAMPLES / "not-ready", tmp_path / "november")
    for account in ("acme", "north"):
        shutil.copytree(EXAMPLES / "ready", tmp_path / "accounts" / account)
    waiver = "waivers: [{rule: items/cogs-account, owner: controller, reason: sold, expires: 2030-01-01}]\n"
    (tmp_path / "waivers.yaml").write_text(waiver, encoding="utf-8")
    commands: tuple[list[str | Path], ...] = (
        ["check", "november", "-q", "-o", "november.json"],
        ["check", EXAMPLES / "ready", "-q", "-o", "october.json"],
        ["baseline", "create", "november", "-o", "baseline.json"],
        ["rules", "new", "house/code", "--in", "my-rules"],
    )
    for words in commands:
        assert run_in_process(words, tmp_path).returncode in (0, 1, 4)
    return tmp_path


@pytest.mark.parametrize(
    "path", [path for path in ALL if path != ("app",)], ids=" ".join
)  # that one: tests/app/test_command.py
def test_every_example_runs(path: tuple[str, ...], home: Path) -> None:
    if path == ("init",):
        (home / "november" / "account.yaml").unlink()  # it sets up a new account
    for example in examples_of(path):
        program, *words = shlex.split(example)
        assert program == "exportready"
        assert tuple(words[: len(path)]) == path
        done = as_text(run_in_process(words, home))
        assert done.returncode in (0, 1, 4), (example, done.stderr)
        assert "Usage:" not in done.stderr
