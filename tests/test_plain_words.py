"""Texts for people use plain words: nothing on the list in plain_words.yaml is in a rule, a report, a screen, a help text or a page.

Run it alone with `pytest -n0 tests/test_plain_words.py`; each failure lists file, line, phrase and the words to use.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
import yaml

from commands import ROOT, as_text, run_in_process
from exportready.cli.app import exportready as command_line

LIST: dict[str, list[dict[str, str]]] = yaml.safe_load(Path(__file__).with_name("plain_words.yaml").read_text("utf-8"))
PHRASES = {entry["avoid"]: entry["say"] for entry in LIST["phrases"]}
EXCEPTIONS = LIST["exceptions"]
MOST_EXCEPTIONS = 12

PYTHON = [ROOT / "engine" / "exportready", ROOT / "examples", ROOT / "benchmarks", ROOT / "fuzz"]
RULE_TEXTS = {
    "title",
    "problem",
    "why",
    "failure",
    "steps",
    "note",
    "name",
    "because",
    "who",
    "description",
    "question",
    "yes",
    "no",
}
"""Keys of rule files whose values people read. The name of an example is shown on the page of its rule."""


class Text(NamedTuple):
    """One text that people read, and where it begins."""

    file: str
    line: int
    text: str


class Offense(NamedTuple):
    """One phrase to avoid, in one text."""

    file: str
    line: int
    phrase: str
    say: str
    text: str

    def __str__(self) -> str:
        around = " ".join(self.text.split())
        return f"{self.file}:{self.line}: “{self.phrase}” (say: {self.say}): {around[:120]}"


def pattern(avoid: str) -> re.Pattern[str]:
    word = r"(?<![\w.$-])" if re.match(r"\w|\(", avoid) else ""
    after = r"(?![\w-])" if re.search(r"[\w)?]$", avoid) else ""
    avoid = re.sub(r"(?<!so)(?<!best) ", r"\\s+(?:# )?", avoid)  # a phrase may continue on the next line
    return re.compile(f"{word}(?:{avoid}){after}", re.IGNORECASE)


PATTERNS = [(pattern(avoid), say) for avoid, say in PHRASES.items()]


def excepted(found: Offense) -> bool:
    return any(fnmatch(found.file, one["file"]) and one["text"] in found.text for one in EXCEPTIONS)


def offenses(texts: Iterable[Text], *, all_of_them: bool = False) -> list[Offense]:
    """Return every phrase to avoid, with the line on which it begins. `all_of_them`: also those that are exceptions."""
    found = []
    for text in texts:
        for regex, say in PATTERNS:
            for match in regex.finditer(text.text):
                before = text.text[: match.start()].count("\n")
                line = text.text.splitlines()[before] if before < len(text.text.splitlines()) else text.text
                found.append(Offense(text.file, text.line + before, match[0], say, line))
    return [one for one in found if all_of_them or not excepted(one)]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# -- the texts


def rule_texts() -> Iterator[Text]:
    """The text values of rule files, of the waivers and packs beside them, and their comments."""
    for path in sorted((ROOT / "rules").rglob("*.yaml")):
        content = path.read_text(encoding="utf-8")
        yield from (Text(relative(path), line, text) for line, text in yaml_values(yaml.compose(content), None))
        for number, line in enumerate(content.splitlines(), 1):
            if line.lstrip().startswith("#"):
                yield Text(relative(path), number, line)


def yaml_values(node: Any, key: str | None) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value not in ("evidence", "before", "answers", "findings", "source"):
                yield from yaml_values(value, name.value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from yaml_values(value, key)
    elif isinstance(node, yaml.ScalarNode) and key in RULE_TEXTS:
        yield node.start_mark.line + 1, re.sub(r"\{\$?[\w.]+\}", "X", node.value)


def template_texts() -> Iterator[Text]:
    """What Jinja templates say: text between tags, attributes that are read aloud or shown, and sentences in expressions."""
    for path in sorted((ROOT / "reports").rglob("*.j2")):
        content = path.read_text(encoding="utf-8")
        content = re.sub(r"<(style|script)\b.*?</\1>", keep_lines, content, flags=re.DOTALL)
        content = re.sub(r"\{[{%].*?[%}]\}", sentences, content, flags=re.DOTALL)
        content = re.sub(r"<[^<>]*>", attributes, content, flags=re.DOTALL)
        for number, line in enumerate(content.splitlines(), 1):
            yield Text(relative(path), number, line)
    for path in sorted((ROOT / "reports").rglob("*.js")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield Text(
                relative(path), number, " ".join(re.findall(r"//.*$|\"[^\"]* [^\"]*\"|'[^']* [^']*'|`[^`]* [^`]*`", line))
            )


def keep_lines(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def sentences(match: re.Match[str]) -> str:
    """The strings of a Jinja expression that have a space, on the same number of lines."""
    said = re.findall(r"\"([^\"\n]* [^\"\n]*)\"|'([^'\n]* [^'\n]*)'", match[0])
    return " ".join(one or other for one, other in said) + keep_lines(match)


def attributes(match: re.Match[str]) -> str:
    shown = re.findall(r"\b(?:title|alt|aria-label|placeholder|content)=\"([^\"]* [^\"]*)\"", match[0])
    return " ".join(shown) + keep_lines(match)


def docstring_nodes(tree: ast.Module) -> set[int]:
    """The strings that stand alone as statements: docstrings, and descriptions of constants."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def python_files() -> Iterator[tuple[Path, ast.Module]]:
    for folder in PYTHON:
        for path in sorted(folder.rglob("*.py*")):
            if path.suffix in (".py", ".pyi"):
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def python_strings() -> Iterator[Text]:
    """Sentences in the code: literals (parts of f-strings too) with a space between two words. Single words are keys, not texts."""
    for path, tree in python_files():
        documented = docstring_nodes(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
                text = re.sub(r"\{[\w.!:]*\}", "X", node.value)
                if re.search(r"[A-Za-z,.;:”\u2019'\"X)]\s+[A-Za-z“(]", text) or re.search("[«»]", text):
                    yield Text(relative(path), node.lineno, text)


def python_docstrings() -> Iterator[Text]:
    for path, tree in python_files():
        documented = docstring_nodes(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) in documented:
                yield Text(relative(path), node.lineno, without_code(node.value))


def python_comments() -> Iterator[Text]:
    for path, _ in python_files():
        tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
        yield from joined(path, ((one.start[0], without_code(one.string)) for one in tokens if one.type == tokenize.COMMENT))


def joined(path: Path, lines: Iterable[tuple[int, str]]) -> Iterator[Text]:
    """Join lines that follow each other, up to an empty one."""
    first, last, block = 0, 0, list[str]()
    for number, line in lines:
        if block and (number != last + 1 or not line.strip()):
            yield Text(relative(path), first, "\n".join(block))
            block = []
        if line.strip():
            first = first if block else number
            block.append(line)
        last = number
    if block:
        yield Text(relative(path), first, "\n".join(block))


def help_texts() -> Iterator[Text]:
    """`--help` of every command."""
    for path in command_paths():
        done = as_text(run_in_process([*path, "--help"], ROOT, COLUMNS="1000"))
        name = " ".join(["exportready", *path, "--help"])
        for number, line in enumerate(done.stdout.splitlines(), 1):
            yield Text(name, number, line)


def command_paths(group: click.Group = command_line, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from command_paths(command, (*path, name))
        else:
            yield (*path, name)


def document_texts() -> Iterator[Text]:
    """README, the pages of docs/, benchmarks and the other documents at the top, without their code."""
    pages = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "benchmarks").glob("*.md"))]
    for path in pages:
        fenced = False
        lines = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.lstrip().startswith("```"):
                fenced = not fenced
                lines.append("")
            elif not fenced and not line.startswith("    "):
                lines.append(without_code(re.sub(r"\]\([^)]*\)", "]", line)))
            else:  # comments in code blocks
                lines.append(line.partition("#")[2])
        yield from joined(path, enumerate(lines, 1))


def wiring_texts() -> Iterator[Text]:
    """Comments and descriptions of the build files."""
    names = ("Makefile", "Dockerfile", "action.yml", "ci/gitlab.yml", "pyproject.toml", ".pre-commit-hooks.yaml")
    for path in (ROOT / name for name in names):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if "#" in line or "description" in line or "echo" in line or "printf" in line:
                yield Text(relative(path), number, without_code(line))


def without_code(text: str) -> str:
    """Leave out `code`, which keeps contract words, and paths; columns and lines stay as they were."""
    text = re.sub(r"``?[^`\n]+``?", lambda match: " " * len(match[0]), text)
    return re.sub(r"\b[\w-]+(/[\w.-]+)+", lambda match: " " * len(match[0]), text)


# -- the check


@cache
def texts(group: str) -> tuple[Text, ...]:
    """Return the texts of a group, collected once."""
    return tuple(GROUPS[group]())


GROUPS: dict[str, Callable[[], Iterator[Text]]] = {
    "rules": rule_texts,
    "templates": template_texts,
    "sentences in code": python_strings,
    "docstrings": python_docstrings,
    "comments": python_comments,
    "help": help_texts,
    "documents": document_texts,
    "build files": wiring_texts,
}


@pytest.mark.parametrize("group", GROUPS)
def test_texts_use_plain_words(group: str) -> None:
    found = sorted(set(offenses(texts(group))))
    listed = "\n".join(map(str, found))
    assert not found, f"{len(found)} phrases to reword in {group}:\n{listed}"


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_has_texts(group: str) -> None:
    assert sum(1 for text in texts(group) if text.text.strip()) > 20


def test_exceptions_are_few_and_each_has_a_reason_and_a_use() -> None:
    assert len(EXCEPTIONS) <= MOST_EXCEPTIONS
    assert all(len(one["reason"]) > 10 for one in EXCEPTIONS)
    every = [text for group in GROUPS for text in texts(group)]
    found = offenses(every, all_of_them=True)
    unused = [one for one in EXCEPTIONS if not any(fnmatch(f.file, one["file"]) and one["text"] in f.text for f in found)]
    assert unused == []


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("What stood before", "stood"),
        ("From «green» to red", "«"),
        ("None of your files holds it", "holds it"),
        ("First to mend", "mend"),
        ("36 transactions that wait on this", "wait on this"),
        ("It cannot be told", "told"),
        ("This answer lapses today", "lapses"),
        ("QuickBooks refuses the item", "refuses"),
        ("an item that names an account", "names an"),
    ],
)
def test_the_list_finds_the_old_phrases(text: str, phrase: str) -> None:
    assert phrase in {one.phrase for one in offenses([Text("x.md", 1, text)])}


@pytest.mark.parametrize(
    "text",
    [
        "We can't tell whether this spreadsheet is complete.",
        "ServiceTitan Web Connector Best Practices, Items",
        "Fixing this releases 2 transactions ($16,535.22).",
        "Customers as well as vendors",
        "Run pip install --upgrade on a standalone computer",
    ],
)
def test_plain_texts_pass(text: str) -> None:
    assert offenses([Text("x.md", 1, text)]) == []
