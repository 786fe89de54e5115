"""The account.yaml that `init` writes: every question, commented out, so that nothing is claimed that nobody said."""

from __future__ import annotations

from exportready.kinds.account import LISTS, MAPS, SETTINGS
from exportready.model.rules import Type

_HEAD = """\
# What no export holds, stated by you. Take away the # of a line to answer it; what you leave out counts as not known.
# For completion and checks in your editor: exportready schema account > account.schema.json
account:            # the name of this account
# phase: before-export              # or after-export
# timeZone: America/Denver
# takenAt: 2026-11-20T17:30:00-07:00   # when you exported the files
# confirmed: {by: office manager, at: 2026-11-20T17:25:00-07:00}   # who gave the answers below, and when
# quickbooks: {fileMode: singleUser}   # or multiUser, if you have no qbXML
# covers: {servicetitan.material: all}   # a file that does not show whether it is the whole list
#
# Each answer may say who gave it and when: {value: 1, by: controller, at: 2026-11-01T09:00:00-07:00}
# settings:
"""
_EXAMPLES = {Type.YESNO: "true", Type.NUMBER: "1", Type.DATE: "2023-05-01", Type.NAME: "Sales Tax", Type.TEXT: "text"}
_ONE = {"purchaseOrders.shippingItem": "Shipping"}
_MAP_FOLLOWS = {"salesTax.zones": "salesTax.calculatedBy"}


def account_yaml() -> str:
    """The text of the file."""
    lines = [_HEAD.replace("account:            # the name", "# account: Northwind Plumbing   # the name")]
    group = ""
    for setting in SETTINGS:
        head, _, leaf = setting.path.partition(".")
        if leaf and head != group:
            lines.append(f"#   {head}:\n")
        group = head
        indent = "      " if leaf else "    "
        value = setting.choices[0] if setting.choices else _ONE.get(setting.path, _EXAMPLES[setting.type])
        others = f"   # or {', '.join(setting.choices[1:])}" if len(setting.choices) > 1 else ""
        lines.append(f"#{indent[1:]}# {setting.question}\n#{indent[1:]}{leaf or head}: {value}{others}\n")
        for path, about in MAPS.items():
            if setting.path == _MAP_FOLLOWS[path]:
                lines.append(f"#{indent[1:]}# {about}\n#{indent[1:]}{path.rpartition('.')[2]}: {{Denver: Denver Sales Tax}}\n")
    lines += [f"#   # {about}\n#   {name}: []\n" for name, about in LISTS.items()]
    return "".join(lines)
