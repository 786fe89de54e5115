"""What derivations declare to read is what they read: a field left out of a declaration is not read from the files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from graphlib import CycleError
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

import samples
from exportready.derive import derive
from exportready.derive.derivation import Derivation, Inputs, derivation, in_order
from exportready.derive.registry import DERIVATIONS, answers_read, sources
from exportready.evidence import snapshot
from exportready.kinds import KINDS
from exportready.model.evidence import UNSET, Dataset, Evidence, Location, Record, Value

EXAMPLES = Path(__file__).parents[2] / "examples"
COMPANIES = ("ready", "not-ready", "not-ready-without-inventory", "not-ready-batch", "after-export", "by-hand")
AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
BOOK = samples.rulebook()
ANSWERS = "account.answers"

Read = dict[str, set[str]]
"""Kind -> the fields that were read."""


class WatchedFields(dict[str, Value]):
    """The fields of a record; notes which are asked for."""

    def __init__(self, fields: Mapping[str, Value], read: set[str]) -> None:
        super().__init__(fields)
        self.read = read

    def get(self, name: str, default: Value) -> Value:  # type: ignore[override]
        self.read.add(name)
        return super().get(name, default)


class WatchedDataset(Dataset, frozen=True, kw_only=True):
    """Notes which columns are asked for, of a dataset without records too."""

    read: set[str]

    def column(self, name: str) -> list[Value]:
        self.read.add(name)
        return super().column(name)


class WatchedEvidence(Evidence, frozen=True, kw_only=True):
    """Notes which kinds are asked for, and which of their fields."""

    read: Read

    def dataset(self, kind: str) -> Dataset:
        dataset, read = super().dataset(kind), self.read[kind]
        held = {name: getattr(dataset, name) for name in Dataset.__struct_fields__}
        return WatchedDataset(**held | {"records": watched(dataset.rows(), read)}, read=read)


def watched(records: Iterable[Record], read: set[str]) -> tuple[Record, ...]:
    return tuple(replace(one, fields=WatchedFields(one.fields, read)) for one in records)


def watch(evidence: Evidence, read: Read, listed: Read) -> Evidence:
    """Note what is read of the datasets in `read`, and of the lists as they were in the files in `listed`."""
    held = {name: getattr(evidence, name) for name in Evidence.__struct_fields__}
    held["listings"] = {
        kind: tuple(replace(one, records=watched(one.records, listed[kind])) for one in listings)
        for kind, listings in evidence.listings.items()
    }
    return WatchedEvidence(**held, read=read)


BLANK = (
    ("quickbooks.ReceivePayment", "TxnID"),
    ("quickbooks.AppliedToTxn", "RefNumber"),
    ("quickbooks.AppliedToTxn", "TxnID"),
)
"""Fields in whose place a derivation takes others."""
WAREHOUSES = Dataset(
    kind="servicetitan.warehouse",
    records=(Record(kind="servicetitan.warehouse", key="Main", fields={"name": "Main"}, where=Location("warehouses.json")),),
)


def snapshots() -> Iterator[Inputs]:
    """The example companies, as they are, with blank fields, and with a warehouse in place of trucks; and the examples of all rules."""
    for company in COMPANIES:
        evidence = snapshot.read(EXAMPLES / company, BOOK.wanted, AT)
        yield Inputs(evidence=evidence, at=AT, before=evidence)
        for kind, name in BLANK:
            dataset = evidence.dataset(kind)
            yield Inputs(evidence=with_dataset(evidence, dataset.with_column(name, [UNSET for _ in dataset.rows()])), at=AT)
        yield Inputs(evidence=with_dataset(with_dataset(evidence, Dataset(kind="servicetitan.truck")), WAREHOUSES), at=AT)
    for example in (example for rule in BOOK.rules for example in rule.examples):
        yield Inputs(evidence=example.evidence, at=example.at, before=example.before)


def with_dataset(evidence: Evidence, dataset: Dataset) -> Evidence:
    listings = {kind: held for kind, held in evidence.listings.items() if kind != dataset.kind}
    return replace(evidence, datasets={**evidence.datasets, dataset.kind: dataset}, listings=listings)


@pytest.fixture(scope="module")
def read_by() -> Mapping[str, Read]:
    """Derived kind -> what its derivation reads of all snapshots together."""
    found: dict[str, Read] = {kind: defaultdict(set) for kind in DERIVATIONS}
    for inputs in snapshots():
        before = derive(inputs.before, inputs.at) if inputs.before else None
        derived = derive(inputs.evidence, inputs.at, before)
        for kind, one in DERIVATIONS.items():
            listed: Read = defaultdict(set)
            one(replace(inputs, evidence=watch(derived, found[kind], listed), before=before))
            for source, names in listed.items():
                if names:
                    found[kind][source] |= names
    return found


COMPARED = {("derived.drift", ANSWERS), ("derived.drift", "quickbooks.Preferences")}
"""Of these the derivation reads whatever the file has."""


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_a_derivation_reads_nothing_that_it_does_not_declare(kind: str, read_by: Mapping[str, Read]) -> None:
    declared = DERIVATIONS[kind].reads
    for source, names in read_by[kind].items():
        assert source in declared or source == ANSWERS  # which is read whatever is wanted, for its lists of batches
        known = names & KINDS[source].fields.keys()
        assert (kind, source) in COMPARED or known <= declared.get(source, frozenset())


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_a_derivation_declares_nothing_that_it_never_reads(kind: str, read_by: Mapping[str, Read]) -> None:
    for source, names in DERIVATIONS[kind].reads.items():
        assert source in read_by[kind]
        assert names <= read_by[kind][source]


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_what_is_declared_exists(kind: str) -> None:
    one = DERIVATIONS[kind]
    for source, names in one.reads.items():
        assert names <= KINDS[source].fields.keys()
    for source, names in one.only_for.items():
        assert source in one.reads
        assert names <= KINDS[kind].fields.keys()


def test_every_derived_kind_has_a_derivation() -> None:
    assert DERIVATIONS.keys() == {kind for kind in KINDS if kind.startswith("derived.")}


# -- the order


def declare(kind: str, reads: str) -> Derivation:
    conclude: Callable[[Inputs], Dataset] = lambda _: Dataset(kind=kind)  # noqa: E731
    return derivation(kind, reads=reads)(conclude)


def test_a_derivation_comes_after_those_that_it_reads() -> None:
    order = list(DERIVATIONS)
    for kind, one in DERIVATIONS.items():
        assert all(order.index(source) < order.index(kind) for source in one.reads if source in DERIVATIONS)


def test_the_order_does_not_depend_on_the_order_of_the_list() -> None:
    assert list(in_order(list(DERIVATIONS.values())[::-1])) == list(DERIVATIONS)
    some = [declare("c", "a x"), declare("b", ""), declare("a", "b y")]
    assert all(list(in_order(pair)) == ["b", "a", "c"] for pair in (some, some[::-1]))


def test_a_circle_is_an_error() -> None:
    with pytest.raises(CycleError):
        in_order([declare(one, f"{other} x") for one, other in pairwise("abca")])


# -- what follows from it


def test_the_sources_of_a_derived_kind_are_kinds_in_files() -> None:
    for kind in DERIVATIONS:
        assert sources(kind)
        assert not any(source in DERIVATIONS for source in sources(kind))
    assert sources("derived.tie_out") == sources("derived.match")
    assert sources("servicetitan.invoice") == frozenset()


def test_the_answers_behind_a_fact_of_the_account_count_as_read() -> None:
    assert answers_read("derived.waiting_vendor") == {"purchaseOrders.export"}
    assert answers_read("derived.tie_out") == answers_read("derived.match") > {"webConnector.since"}
    assert answers_read("servicetitan.invoice") == frozenset()
