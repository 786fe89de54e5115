"""Which truck a technician drives."""

import pytest

from exportready.derive import derive
from exportready.model.evidence import UNSET, Unknown, Value
from exportready.model.reasons import Reason
from exportready.rulebook.examples import NOON
from made_evidence import answers, dataset, evidence

UNREADABLE = Unknown(cause=Reason.UNREADABLE, reason="the cell can't be read")


@pytest.mark.parametrize("name", [UNSET, UNREADABLE])
def test_a_truck_without_a_name_is_unknown_not_one_that_quickbooks_lacks(name: Value) -> None:
    made = derive(
        evidence(
            answers({}),
            dataset("servicetitan.technician", [{"id": "1", "name": "Al", "active": True}]),
            dataset("servicetitan.truck_technician", [{"technicianId": "1", "parent.name": name, "parent.active": True}]),
            dataset("quickbooks.InventorySite", [{"Name": "Truck 1"}]),
        ),
        NOON,
    )
    (one,) = made.dataset("derived.technician_truck").rows()
    assert all(isinstance(one.get(field), Unknown) for field in ("truck", "siteExists", "takes"))
