"""In what order records and files come does not matter, the customer list of QuickBooks' own list export aside."""

from __future__ import annotations

import json
import random
import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import samples
from exportready.check import CheckRequest, check
from exportready.reporters import Options, render

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")


def result(snapshot: Path) -> Any:
    """The result without what names a place or the bytes of a file: facts say where they were read."""
    report = check(CheckRequest(snapshot=snapshot, rulebook=samples.rulebook(), at=AT))
    return without(json.loads(render("json", report, Options(color=False, width=88, verbose=0))), {"where", "sha256", "facts"})


@cache
def unchanged(example: str) -> Any:
    return result(EXAMPLES / example)


def without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: without(inner, names) for name, inner in value.items() if name not in names}
    if isinstance(value, list):
        return [without(inner, names) for inner in value]
    return value


def shuffle_json(path: Path, dice: random.Random) -> None:
    document = json.loads(path.read_text("utf-8"))
    dice.shuffle(document["data"])
    path.write_text(json.dumps(document), "utf-8")


def shuffle_xml(path: Path, dice: random.Random) -> None:
    tree = ET.parse(path)  # noqa: S314  our own example
    for messages in tree.iter("QBXMLMsgsRs"):
        for response in messages:
            records = list(response)
            dice.shuffle(records)
            response[:] = records
        responses = list(messages)
        dice.shuffle(responses)
        messages[:] = responses
    tree.write(path, encoding="utf-8", xml_declaration=True)


def shuffle_iif(path: Path, dice: random.Random) -> None:
    """Shuffle each section except the customers; what stands between a group and its end stays together."""
    written: list[str] = []
    blocks: list[list[str]] = []
    inside = False
    for line in path.read_bytes().decode("cp1252").split("\r\n"):
        if line.startswith("!") or not line:
            written += shuffled(blocks, dice)
            blocks = []
            written.append(line)
        elif inside:
            blocks[-1].append(line)
            inside = not line.startswith(("ENDGRP", "ENDTAX"))
        else:
            blocks.append([line])
            inside = line.startswith("INVITEM\t") and line.split("\t")[4] in ("GRP", "STAX")
    path.write_bytes("\r\n".join([*written, *shuffled(blocks, dice)]).encode("cp1252"))


def shuffled(blocks: list[list[str]], dice: random.Random) -> list[str]:
    if not any(block[0].startswith("CUST\t") for block in blocks):
        dice.shuffle(blocks)
    return [line for block in blocks for line in block]


SHUFFLE: dict[str, Callable[[Path, random.Random], None]] = {".json": shuffle_json, ".xml": shuffle_xml, ".iif": shuffle_iif}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("example", ["ready", "not-ready"])
def test_shuffled_records_give_the_same_result(tmp_path: Path, example: str, seed: int) -> None:
    folder = tmp_path / "snapshot"
    shutil.copytree(EXAMPLES / example, folder)
    dice = random.Random(seed)  # noqa: S311  not for secrets
    changed = 0
    for path in sorted(folder.rglob("*")):
        if path.suffix in SHUFFLE:
            before = path.read_bytes()
            SHUFFLE[path.suffix](path, dice)
            changed += before != path.read_bytes()
    assert changed > 10
    assert result(folder) == unchanged(example)


@pytest.mark.parametrize("example", ["ready", "not-ready"])
def test_a_zip_of_the_folder_gives_the_same_result_in_whatever_order_it_was_packed(tmp_path: Path, example: str) -> None:
    files = sorted(path for path in (EXAMPLES / example).rglob("*") if path.is_file())
    random.Random(4).shuffle(files)  # noqa: S311  not for secrets
    target = tmp_path / "snapshot.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(EXAMPLES / example).as_posix())
    assert result(target) == unchanged(example)
