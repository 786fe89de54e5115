"""What readers share: converting texts, and keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportready import kinds
from exportready.evidence import reading
from exportready.evidence.reading import Keys, convert, text_converter
from exportready.kinds import KINDS, fold
from exportready.kinds.table import Field
from exportready.model.rules import Type

FIELDS = sorted({field for kind in KINDS.values() for field in kind.fields.values()}, key=repr)


@given(
    st.sampled_from(FIELDS), st.text(max_size=12) | st.sampled_from(["1", " 1 ", "1.50", "true", "2026-11-20", "Y", "8.25%"])
)
def test_a_repeated_text_converts_to_the_same_value(field: Field, text: str) -> None:
    assert repr(text_converter(field)(text)) == repr(text_converter(field)(text)) == repr(convert(field, text))


def test_caches_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_CACHE_SIZE", 3)
    monkeypatch.setattr(kinds, "_CACHE_SIZE", 3)
    texts = reading._ConvertedTexts(Field(type=Type.NAME))
    assert [texts[str(number)] for number in (*range(9), *range(9))] == [str(number) for number in (*range(9), *range(9))]
    assert len(texts) <= 3
    assert [fold(f"A{number}") for number in range(9)] == [f"a{number}" for number in range(9)]
    assert len(kinds._FOLDED) <= 3


@given(st.lists(st.text(max_size=6).filter(str.strip), min_size=3, max_size=3), st.integers(1, 4))
def test_equal_keys_are_numbered(parts: list[str], times: int) -> None:
    kind = KINDS["derived.applied_payment"]
    keys = Keys(kind)
    given = [keys.of(dict(zip(kind.key, parts, strict=True))) for _ in range(times)]
    assert given == [f"{' / '.join(parts)} / {number}" for number in range(1, times + 1)]


@given(st.lists(st.text(max_size=6).filter(str.strip), min_size=2, max_size=3))
def test_a_key_compares_as_its_parts_do(parts: list[str]) -> None:
    assert fold(" / ".join(map(fold, parts))) == fold(" / ".join(parts))
