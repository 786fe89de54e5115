"""The column beside files and questions: all ways to get what is still needed."""

from __future__ import annotations

from typing import Any

from exportready.app.pages.visit import Visit

_NUMBERS = ("", "One way", "Two ways", "Three ways", "Four ways", "Five ways")


def ways_values(visit: Visit, *, has_files: bool, on_needed: bool = False) -> dict[str, Any]:
    """Return what the template of the column needs."""
    needed, asked = visit.needed(visit.phase()), visit.notes().asked
    questions = {one.id for one in (*needed.questions, *needed.confirmations)}
    return {
        "needed": needed,
        "ways_heading": "Ways to finish" if on_needed else "What we still need",
        "on_needed": on_needed,
        "has_files": has_files,
        "waiting": sum(id_ in questions for id_ in asked),
    }
