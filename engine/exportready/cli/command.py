"""The layout of every command's help: options in groups, and examples at the end.

A module of its own, so that help needs nothing but click.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

CHECKED, ANSWER, OUTPUT, GATE, ADVANCED = "What to check", "Your answer", "Output", "Gate (exit code)", "Advanced"
_GROUPS = {
    CHECKED: ("owners", "tags", "before", "phase", "batch", "about", "selected", "ignored", "folder"),
    ANSWER: ("value", "withdraw", "by"),
    OUTPUT: (
        "outputs", "target", "by_owner", "audience", "earlier", "reports", "no_reports", "color", "no_progress", "quiet", "verbose",
        "lists", "as_json",
    ),
    GATE: ("fail_on", "allow_unknown", "no_confirmations", "waivers_file", "baseline_file", "since", "new_only", "strict_baseline"),
    ADVANCED: (),
}  # fmt: skip
"""Group -> the names of its options, in the order that help shows the groups. Any other option is in the last one."""
MAX_UNGROUPED = 7
"""Help lists this many options without groups, since groups of one or two are harder to read."""


class _WithExamples(click.Command):
    """A command whose help ends with examples, exactly as they are typed."""

    def __init__(self, *arguments: Any, examples: Sequence[str] = (), **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples. Click would wrap them, and then they could not be copied."""
        if self.examples:
            with formatter.section("Example" if len(self.examples) == 1 else "Examples"):
                for example in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
        super().format_epilog(ctx, formatter)


class Command(_WithExamples):
    """A command whose help lists its options in groups."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, in groups if there are many. The command's own text describes its arguments."""
        options = [param for param in self.get_params(ctx) if not isinstance(param, click.Argument)]
        records = [(_group_of(option), record) for option in options if (record := option.get_help_record(ctx)) is not None]
        groups = _GROUPS if len(records) > MAX_UNGROUPED else {"Options": ()}
        for group in groups:
            rows = [record for name, record in records if name == group or len(groups) == 1]
            if rows:
                with formatter.section(group):
                    formatter.write_dl(rows)


class Group(_WithExamples, click.Group):
    """A group of commands; its help ends with examples too."""

    command_class = Command


def _group_of(param: click.Parameter) -> str:
    return next((group for group, names in _GROUPS.items() if param.name in names), ADVANCED)
