"""One qbXML element's fields, and what an absent element means (docs/sources.md, absent elements)."""

from __future__ import annotations

from lxml import etree

from exportready.evidence.reading import convert
from exportready.kinds.table import Kind
from exportready.model.evidence import UNSET, Unknown, Value

Tree = dict[str, "Tree | str"]
"""Element name -> the field that its text is, or what is wanted inside it."""


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def tree_of(names: frozenset[str] | set[str]) -> Tree:
    """The tree of elements that lead to these fields; those of a parent are not in it."""
    tree: Tree = {}
    for name in sorted(names):
        if name.startswith("parent."):
            continue
        at = tree
        *path, leaf = name.split(".")
        for step in path:
            inner = at.setdefault(step, {})
            if isinstance(inner, dict):
                at = inner
        at[leaf] = name
    return tree


def values(element: etree._Element, kind: Kind, tree: Tree) -> dict[str, Value]:
    """The fields of one element. What it shows twice, differently, is unknown."""
    fields: dict[str, Value] = {}
    _walk(element, tree, kind, fields)
    complete = all(element.find(f"{{*}}{name}") is not None for name in kind.always)
    _absent(element, tree, kind, fields, complete and bool(kind.always))
    return fields


def _walk(element: etree._Element, tree: Tree, kind: Kind, fields: dict[str, Value]) -> None:
    for child in element:
        wanted = tree.get(local(child))
        if isinstance(wanted, str):
            value = convert(kind.fields[wanted], child.text or "")
            before = fields.get(wanted)
            if kind.fields[wanted].many and isinstance(value, str) and isinstance(before, str):
                value = fields[wanted] = f"{before}\n{value}"
            fields[wanted] = value if fields.get(wanted, value) == value else Unknown(f"{local(child)} stands there twice")
        elif wanted is not None:
            _walk(child, wanted, kind, fields)


def _absent(element: etree._Element, tree: Tree, kind: Kind, fields: dict[str, Value], complete: bool) -> None:
    """Fill in what an absent element means: unset where the record is shown whole, else not exported.

    Inside a reference that is there, a missing part (a ListID without its FullName) stays unknown.
    """
    for name, wanted in tree.items():
        if isinstance(wanted, str):
            if complete and wanted not in fields and not kind.fields[wanted].on_request:
                fields[wanted] = UNSET
            continue
        inside = element.find(f"{{*}}{name}")
        if inside is None:
            _absent(element, wanted, kind, fields, complete)
        elif not name.endswith("Ref"):
            _absent(inside, wanted, kind, fields, complete)
