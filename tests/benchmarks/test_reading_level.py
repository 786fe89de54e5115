"""The reading level: the formula on known sentences, and the texts it finds. Grades of our own texts are measured, not asserted."""

from __future__ import annotations

import pytest
from benchmarks import reading_level
from benchmarks.reading_level import Tree, count_syllables, groups, score


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("account", 2), ("QuickBooks", 2), ("ServiceTitan", 4), ("item", 2), ("$25,797.79", 1), ("X", 1), ("Zzyzxor", 2)],
)
def test_syllables_are_counted(word: str, syllables: int) -> None:
    assert count_syllables(word) == syllables


def test_the_grade_is_that_of_the_published_formula() -> None:
    found = score(["The cat sat on the mat."])
    assert found == (1, 6, 6)
    assert found.grade == pytest.approx(0.39 * 6 + 11.8 - 15.59)


def test_a_long_sentence_has_a_higher_grade_than_two_short_ones() -> None:
    long = score(["QuickBooks rejects an item whose account it doesn't have, so the invoice isn't exported."])
    short = score(["QuickBooks doesn't have this account. It rejects the item."])
    assert long.grade > short.grade


def test_every_group_of_office_texts_is_found() -> None:
    found = groups(Tree(None))
    assert set(found) == {
        *("rules: problem", "rules: why", "rules: failure", "rules: steps"),
        *("interview questions", "page of files to export", "words of reports"),
    }
    assert all(len(texts) > 10 for texts in found.values())


def test_the_table_has_a_row_for_each_group_and_an_average() -> None:
    texts = {"one": ["Fix the item first."], "two": ["Export the list again."]}
    lines = reading_level.table(texts, texts).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| one", "| two", "| all"]
    assert all(line.count("|") == 6 for line in lines)
