"""The fields of one qbXML record, and what an absent element means (docs/sources.md, absent elements)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
from lxml import etree
from msgspec import field

from exportready.evidence.reading import text_converter
from exportready.kinds.table import Kind
from exportready.model.evidence import UNSET, Unknown, Value
from exportready.model.reasons import Reason

Leaf = tuple[str, Callable[[str], Value], bool]
"""The field that an element's text is, how the text is converted, and whether the element may be repeated."""


class Tree(msgspec.Struct, kw_only=True):
    """The fields to read from one kind of element, computed once."""

    path: str = ""
    """The path to the element from its record."""
    leaves: dict[str, Leaf] = field(default_factory=dict)
    inside: dict[str, Tree] = field(default_factory=dict)
    absent: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    """Of a record: the fields that are unset if their element is absent, and the references that contain them."""
    size: int = 0
    """Of a record: number of fields."""
    always: frozenset[str] = frozenset()
    """Of a record: the elements that every complete record has."""


def local_name(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    tag = str(element.tag)
    return tag if tag[0] != "{" else tag.rpartition("}")[2]


def tree_of(kind: Kind, names: Iterable[str]) -> Tree:
    """Return the tree of elements that lead to these fields, leaving out those of the parent record."""
    root = Tree(always=frozenset(kind.always))
    for name in sorted(names):
        if name.startswith("parent."):
            continue
        description = kind.fields[name]
        *steps, leaf = name.split(".")
        at, references = root, set[str]()
        for step in steps:
            at = at.inside.setdefault(step, Tree(path=f"{at.path}{step}."))
            if step.endswith("Ref"):
                references.add(at.path)
        at.leaves[leaf] = (name, text_converter(description), description.many)
        root.size += 1
        if kind.always and not description.on_request:
            root.absent.append((name, frozenset(references)))
    return root


def values(element: etree._Element, tree: Tree) -> dict[str, Value]:
    """Return the fields of one record. An element that is repeated with another text makes its field unknown.

    An absent element means unset if the record is complete, else not exported. Inside a reference that is present, a missing
    part (a ListID without its FullName) stays unknown.
    """
    fields: dict[str, Value] = {}
    references: set[str] = set()
    seen: set[str] = set()
    _walk(element, tree, fields, references, seen)
    if len(fields) < tree.size and tree.always <= seen:
        for name, inside in tree.absent:
            if name not in fields and inside.isdisjoint(references):
                fields[name] = UNSET
    return fields


def _walk(
    element: etree._Element, tree: Tree, fields: dict[str, Value], references: set[str], seen: set[str] | None = None
) -> None:
    """Add the fields of an element, the paths of references in it, and to `seen` the names of its children."""
    leaves, inside = tree.leaves, tree.inside
    for child in element:
        name = child.tag
        if name[0] == "{":
            name = local_name(child)
        if seen is not None:
            seen.add(name)
        leaf = leaves.get(name)
        if leaf is not None:
            field, read, many = leaf
            value = read(child.text or "")
            fields[field] = value if field not in fields else _combine(fields[field], value, name, many)
        elif name in inside:
            references.add(inside[name].path)
            _walk(child, inside[name], fields, references)


def _combine(before: Value, value: Value, name: str, many: bool) -> Value:
    if many and isinstance(value, str) and isinstance(before, str):
        return f"{before}\n{value}"
    return (
        value
        if before == value
        else Unknown(cause=Reason.CONTRADICTORY, reason=f"{name} is in the record twice, with different values")
    )
