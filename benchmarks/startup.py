"""Measure what a command costs before it does anything, compared with importing the same libraries alone."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from benchmarks.measure import ROOT, Command, in_turns, python
from benchmarks.parts import AT, Json, Work, plain, say

TIMES = 4
"""So often as many rounds as elsewhere: a tenth of a second is easily disturbed."""
ENGINE = "durable.engine" if find_spec("durable") else "clips"
"""The library that infers here."""


def program() -> tuple[str, ...]:
    """The program as people call it, where it is installed beside this Python."""
    script = Path(sys.executable).with_name("exportready")
    return (str(script),) if script.is_file() else python("-m", "exportready")


def measure(work: Work) -> Json:
    """The runs of each command, and what each is."""
    say("start-up")
    libraries = f"import lxml.etree, jinja2, yaml, click, {ENGINE}"
    report = f"html:{work.report('report')}"
    example = (*program(), "check", "examples/ready", "--at", AT, "--no-progress", "-q", "-o", report)
    commands = {
        "click": Command(python("-c", "import click")),
        "version": Command((*program(), "--version")),
        "libraries": Command(python("-c", libraries)),
        "check": Command(example, (0, 1, 3, 4)),
        "explain": Command((*program(), "explain", "items/cogs-account")),
    }
    for one in commands.values():
        assert one.folder == ROOT
    runs = plain(in_turns(commands, work.rounds * TIMES))
    return {
        "runs": runs,
        "words": {
            "click": '`python -c "import click"`',
            "version": "`exportready --version`",
            "libraries": f'`python -c "{libraries}"`',
            "check": "`exportready check examples/ready -o html:...`",
            "explain": "`exportready explain items/cogs-account`",
        },
    }
