"""Says what is new and, in the last line, whether the gate passed. For `check --new-only`."""

from __future__ import annotations

from exportready.model.display import count
from exportready.model.report import Report
from exportready.policy.gate import ExitCode, GateResult, counted
from exportready.reporters import view

_MAX_NEW = 5


def gate_text(gate: GateResult, report: Report) -> str:
    """Return the first new problems, one in each line, and the result as the last line."""
    new = [finding for result in report.results for finding in counted(report, result, new_only=True)]
    lines = [f"New: {one.message} ({view.format_place(one.where[0])})" if one.where else f"New: {one.message}" for one in new]
    more = [f"New: {len(lines) - _MAX_NEW:,} more"] if len(lines) > _MAX_NEW else []
    return "".join(f"{line}\n" for line in (*lines[:_MAX_NEW], *more, *_new_rules(gate), gate_line(gate)))


def _new_rules(gate: GateResult) -> list[str]:
    """Return a line for each rule that is newer than the baseline, and what to do about them."""
    if not gate.new_rules:
        return []
    lines = [f"New in this version: {rule} ({_outcome(found)})" for rule, found in gate.new_rules.items()]
    return [
        *lines,
        "New checks don't fail the gate until you create the baseline again: exportready baseline create SNAPSHOT -o FILE",
    ]


def _outcome(found: int) -> str:
    return count(found, "problem") if found else "not checked yet"


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
