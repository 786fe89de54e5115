"""The account.yaml that `init` writes: every question with its answer left open, so that nothing is claimed that nobody said."""

from __future__ import annotations

from datetime import datetime

from exportready.kinds.account import ANSWERS, LISTS, MAPS, SETTINGS, Setting

_HEAD = """\
# What no export holds, stated by you. Write your answer after the colon; what you leave empty counts as not known.
# For completion and checks in your editor: exportready schema account > account.schema.json

# account: Northwind Plumbing           # the name of this account
# phase: before-export                  # or after-export
# timeZone: America/Denver
# takenAt: {now}    # when you exported the files; without it, what must be recent does not count
confirmed: {{at: {now}}}    # when the answers below were given; by: says by whom
# quickbooks: {{fileMode: singleUser}}    # or multiUser, if you have no qbXML
# covers: {{servicetitan.material: all}}  # a file that does not show whether it is the whole list

# An answer of another day says so itself: {{value: 1, by: controller, at: 2026-11-01}}
settings:
"""
_MAP_FOLLOWS = {"salesTax.zones": "salesTax.calculatedBy"}


def account_yaml(now: datetime) -> str:
    """The text of the file. `now`, with its offset, dates the answers to be given."""
    lines = [_HEAD.format(now=now.isoformat())]
    group = ""
    for setting in SETTINGS:
        head, _, leaf = setting.path.partition(".")
        if leaf and head != group:
            lines.append(f"  {head}:\n")
        group = head
        indent = "    " if leaf else "  "
        lines.append(f"{indent}# {setting.question} ({_possible(setting)})\n{indent}{leaf or head}:\n")
        for path, about in MAPS.items():
            if setting.path == _MAP_FOLLOWS[path]:
                lines.append(f"{indent}# {about}\n{indent}# {path.rpartition('.')[2]}: {{Denver: Denver Sales Tax}}\n")
    lines += [f"  # {about}\n  # {name}: []\n" for name, about in LISTS.items()]
    return "".join(lines)


def _possible(setting: Setting) -> str:
    return " or ".join(setting.choices) or ANSWERS[setting.type]
