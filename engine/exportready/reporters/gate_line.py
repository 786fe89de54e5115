"""Says in one line whether the gate passed. For `check --new-only`."""

from __future__ import annotations

from exportready.model.display import count
from exportready.policy.gate import ExitCode, GateResult


def gate_line(gate: GateResult) -> str:
    """Return the line: "Gate: passed. 0 new problems, 2 known." or "Gate: failed. 1 new problem."."""
    if gate.code is ExitCode.PASSED:
        tolerated = f"{count(gate.new, 'new problem')}" + (" that the gate allows" if gate.new else "")
        return f"Gate: passed. {tolerated}, {gate.known:,} known."
    return f"Gate: failed. {_reason(gate)}."


def _reason(gate: GateResult) -> str:
    if gate.code is ExitCode.NOTHING_DECIDED:
        return "Nothing could be checked"
    if gate.failing:
        return count(gate.failing, "new problem")
    if gate.code is ExitCode.FINDINGS:
        resolved = count(gate.resolved, "resolved entry", "resolved entries")
        return f"The baseline still has {resolved}"
    if gate.unreadable:
        return f"{count(gate.unreadable, 'file')} could not be read"
    return f"{count(gate.undecided, 'more check')} could not be done"
