"""One qbXML element's fields, and what an absent element means (docs/sources.md, absent elements)."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from exportready.evidence.reading import convert
from exportready.kinds.table import Field, Kind
from exportready.model.evidence import UNSET, Unknown, Value

Tree = dict[str, "Tree | Leaf"]
"""Element name -> the field that its text is, or what is wanted inside it."""
Leaf = tuple[str, Field]


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    tag = str(element.tag)
    return tag if tag[0] != "{" else tag.rpartition("}")[2]


def tree_of(kind: Kind, names: frozenset[str] | set[str]) -> Tree:
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
        at[leaf] = (name, kind.fields[name])
    return tree


def values(element: etree._Element, kind: Kind, tree: Tree) -> dict[str, Value]:
    """The fields of one element. What it shows twice, differently, is unknown."""
    fields: dict[str, Value] = {}
    seen = _walk(element, tree, fields)
    _absent(seen, tree, fields, bool(kind.always) and seen.keys() >= set(kind.always))
    return fields


def _walk(element: etree._Element, tree: Tree, fields: dict[str, Value]) -> dict[str, _Seen]:
    """Take the fields; every element that stands there comes back, the first of each name, with what stands in it."""
    seen: dict[str, _Seen] = {}
    for child in element:
        name = local(child)
        wanted = tree.get(name)
        if wanted is None:
            seen.setdefault(name, _NOTHING)
        elif isinstance(wanted, dict):
            inside = _walk(child, wanted, fields)
            seen.setdefault(name, inside)
        else:
            seen.setdefault(name, _NOTHING)
            _take(child, name, wanted, fields)
    return seen


_Seen = Mapping[str, "_Seen"]
_NOTHING: _Seen = {}


def _take(element: etree._Element, name: str, leaf: Leaf, fields: dict[str, Value]) -> None:
    field, description = leaf
    value = convert(description, element.text or "")
    if field in fields:
        before = fields[field]
        if description.many and isinstance(value, str) and isinstance(before, str):
            value = f"{before}\n{value}"
        elif before != value:
            value = Unknown(f"{name} stands there twice")
    fields[field] = value


def _absent(seen: _Seen, tree: Tree, fields: dict[str, Value], complete: bool) -> None:
    """Fill in what an absent element means: unset where the record is shown whole, else not exported.

    Inside a reference that is there, a missing part (a ListID without its FullName) stays unknown.
    """
    for name, wanted in tree.items():
        if isinstance(wanted, dict):
            inside = seen.get(name)
            if inside is None:
                _absent(_NOTHING, wanted, fields, complete)
            elif not name.endswith("Ref"):
                _absent(inside, wanted, fields, complete)
        elif complete and wanted[0] not in fields and not wanted[1].on_request:
            fields[wanted[0]] = UNSET
