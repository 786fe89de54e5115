"""The tables that say what a derivation reads hold everything that it asks for: what is not in them is not taken out of the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from exportready.derive import DERIVATIONS, derive
from exportready.evidence import snapshot
from exportready.kinds.derived import READS, RESTS_ON
from exportready.model.evidence import Dataset, Evidence
from exportready.rulebook.examples import NOON
from exportready.rulebook.load import load
from exportready.runtime import shipped

EXAMPLES = Path(__file__).parents[2] / "examples"
WANTED = load(shipped.folder("rules")).wanted


class Watched(Evidence, frozen=True, kw_only=True):
    """Notes which kinds are asked for."""

    asked: set[str]

    def dataset(self, kind: str) -> Dataset:
        self.asked.add(kind)
        return super().dataset(kind)


@pytest.mark.parametrize("company", ["ready", "not-ready", "after-export", "by-hand"])
@pytest.mark.parametrize("kind", DERIVATIONS)
def test_a_derivation_asks_for_nothing_that_the_tables_leave_out(company: str, kind: str) -> None:
    derived = derive(snapshot.read(EXAMPLES / company, WANTED, NOON), NOON)
    watched = Watched(**{name: getattr(derived, name) for name in Evidence.__struct_fields__}, asked=set())
    DERIVATIONS[kind](watched)
    always = {"account.answers", "derived.account"}
    assert watched.asked <= {*READS[kind], *RESTS_ON.get(kind, ()), *always}
