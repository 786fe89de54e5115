"""The customer list's order: the fewest displaced names, by the rules of docs/sources.md."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportready.derive.customer_order import _after, displaced

ALPHABET = "aB c,-é'Z"
names = st.lists(st.text(ALPHABET, min_size=1, max_size=3), max_size=7)


def fewest(listed: list[str]) -> int:
    keys = [name.casefold() for name in listed]
    for count in range(len(keys) + 1):
        for gone in combinations(range(len(keys)), count):
            kept = [key for index, key in enumerate(keys) if index not in gone]
            if not any(_after(one, other) for one, other in combinations(kept, 2)):
                return count
    return len(keys)


@given(names)
def test_it_is_the_smallest_set_that_leaves_the_rest_in_order(listed: list[str]) -> None:
    out = displaced(listed)
    kept = [name.casefold() for index, name in enumerate(listed) if index not in out]
    assert not any(_after(one, other) for one, other in combinations(kept, 2))
    assert len(out) == fewest(listed)


@given(st.lists(st.text("abcXYZ ,'", min_size=1, max_size=4), max_size=20))
def test_a_sorted_list_has_nothing_displaced(listed: list[str]) -> None:
    assert displaced(sorted(listed, key=str.casefold)) == set()


@pytest.mark.parametrize(
    ("listed", "out"),
    [
        (["Adams", "Baker", "Cole"], set()),
        (["Walker", "Adams", "Baker"], {0}),
        (["Adams", "Cole", "Baker", "Dunn"], {1}),
        (["Accumulated", "ATM"], set()),
        (["Cal Telephone", "CalOil"], set()),
        (["Lo, David", "Lochrie"], set()),
        (["Zürich", "Zorn", "Zulu"], set()),
        (["Zoë", "Adams", "Baker"], {0}),
        (["O'Brien", "O Brien", "OBrien", "O'Brien"], set()),
        (["Zane's", "Adams", "Baker"], {0}),
    ],
    ids=[
        "sorted",
        "dragged to the top",
        "two exchanged",
        "case",
        "space",
        "comma",
        "non-ASCII not judged",
        "non-ASCII elsewhere",
        "apostrophe not judged",
        "apostrophe elsewhere",
    ],
)
def test_cases(listed: list[str], out: set[int]) -> None:
    found = displaced(listed)
    assert len(found) == len(out)
    if len(listed) != 4:
        assert found == out


def test_long_mixed_groups_end_and_are_still_found() -> None:
    listed = [f"{chr(97 + index % 26)}{'é' if index % 7 == 0 else 'e'}{index}" for index in range(900)]
    assert displaced(listed)
    assert displaced(["a"] * 450 + ["é"] * 450) == set()
