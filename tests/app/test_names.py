"""Names from outside: whatever they are, a file stays in the snapshot's folder, visible, and under a name of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportready.app.names import MAX_BYTES, fold_name, free_name, is_hostile, safe_name, safe_names
from exportready.evidence.files import IGNORED

PIECES = st.sampled_from(
    [
        "..",
        ".",
        "/",
        "\\",
        "C:",
        "CON",
        "nul.txt",
        "com1",
        "invoices",
        ".xlsx",
        " ",
        "~$",
        "\x00",
        "\n",
        "\u202e",
        "é",
        "e\u0301",
        "ß",
        "😀",
        "a" * 300,
        "*",
        "?",
    ]
)
NAMES = st.lists(PIECES | st.text(max_size=5), max_size=8).map("".join)


@pytest.mark.parametrize(
    "path", ["../a.csv", "a/../../b.csv", "..\\a.csv", "/etc/passwd", "\\\\server\\a", "C:\\a.csv", "c:a.csv", "a\0.csv"]
)
def test_a_path_that_leads_elsewhere_is_hostile(path: str) -> None:
    assert is_hostile(path)


@pytest.mark.parametrize("path", ["pricebook.xlsx", "november/pricebook.xlsx", "a..b.csv", "...csv", "über.csv", "CON.csv"])
def test_a_path_inside_the_dropped_folder_is_not(path: str) -> None:
    assert not is_hostile(path)


@given(NAMES)
def test_a_name_is_one_visible_file_on_every_system(name: str) -> None:
    made = safe_name(name)
    assert made
    assert not set(made) & set('<>:"/\\|?*')
    assert all(char.isprintable() for char in made)
    assert len(made.encode()) <= MAX_BYTES + 1
    assert made == made.strip()
    assert not made.endswith(".")
    assert not IGNORED.match(made)
    assert made.partition(".")[0].rstrip().upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}
    assert safe_name(made) == made
    assert Path("snapshot", made).parent == Path("snapshot")


@given(st.lists(NAMES, max_size=6))
def test_files_that_come_together_have_different_names(paths: list[str]) -> None:
    names = safe_names(paths)
    assert len(names) == len(paths)
    assert len(set(map(fold_name, names))) == len(names)
    assert safe_names(paths) == names


def test_only_files_that_share_a_name_are_named_after_their_folders() -> None:
    assert safe_names(["nov/servicetitan/invoices.json", "nov/lists.iif"]) == ["invoices.json", "lists.iif"]
    assert safe_names(["a/invoices.json", "b/Invoices.JSON"]) == ["a - invoices.json", "b - Invoices.JSON"]


@pytest.mark.parametrize("other", ["Pricebook.XLSX", "PRICEBOOK.xlsx", "pricebook.xlsx"])
def test_names_that_windows_takes_for_the_same_are_the_same(other: str) -> None:
    assert fold_name(other) == fold_name("pricebook.xlsx")
    assert free_name(other, ["pricebook.xlsx"]) == f"{other.rpartition('.')[0]} (2).{other.rpartition('.')[2]}"


def test_accents_in_two_forms_are_the_same() -> None:
    assert fold_name("caf\u00e9.csv") == fold_name("cafe\u0301.csv")
