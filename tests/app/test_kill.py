"""Ended at any moment, as by a power cut: what was confirmed is there at the next start, and nothing is half."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from exportready.account import reading
from exportready.app import accounts, checks, files, ledger, questions
from exportready.app.home import TEMPORARY, Home, open_home
from page import AT, BY_HAND, Program

FILES = [("files", (path.name, path.read_bytes())) for path in sorted(BY_HAND.iterdir()) if path.name != "account.yaml"]


class Confirmed:
    """What the program has said that it saved."""

    def __init__(self) -> None:
        self.files: dict[str, int] = {}
        self.answers = 0
        self.checks: list[str] = []


def work(http: httpx.Client, one: str, done: Confirmed) -> None:
    """Upload, answer and check, again and again, until the program is gone."""
    for number in range(1, 1_000):
        try:
            rows = b"Invoice Number,Invoice Date,Customer Name,Total,Batch #\r\n" + b"".join(
                b"%d,11/20/2026,Baker,100.00,1042\r\n" % row for row in range(number)
            )
            answer = http.post(f"{one}/files", files=[*FILES, ("files", ("1042-invoices.csv", rows))])
            if answer.status_code == 201:
                done.files["1042-invoices.csv"] = number
            if http.post(f"{one}/answers", json={"answers": {"peopleWhoExport": number}}).status_code == 200:
                done.answers = number
            made = http.post(f"{one}/checks", json={"at": AT.isoformat()})
            if made.status_code == 201:
                done.checks.append(made.json()["id"])
        except (httpx.HTTPError, json.JSONDecodeError):
            return


def is_whole(home: Home, one: str, done: Confirmed) -> Iterator[str]:
    """Yield what is wrong with the data folder."""
    if any(TEMPORARY in path.name for path in home.path.rglob("*")) or any(home.incoming.iterdir()):
        yield "something half is left"
    known = ledger.read(home, one).files
    on_disk = {path.name for path in home.snapshot(one).iterdir()} - {"account.yaml"}
    if set(known) != on_disk:
        yield f"files.json has {sorted(known)}, and the folder {sorted(on_disk)}"
    for name, number in done.files.items():
        records = known[name].recognized.records.get("servicetitan.invoice", 0)
        if records < number or len((home.snapshot(one) / name).read_text().splitlines()) != records + 1:
            yield f"{name} has {records} records, and {number} were confirmed"
    value = (
        reading.read((home.snapshot(one) / "account.yaml").read_bytes(), "account.yaml")
        .answers.records[0]
        .get("peopleWhoExport")
    )
    if done.answers and not (isinstance(value, object) and str(value).isdecimal() and int(str(value)) >= done.answers):
        yield f"the answer is {value}, and {done.answers} was confirmed"
    stored = {info.id: info for info in checks.all_checks(home, one)}
    for check_id in done.checks:
        if check_id not in stored:
            yield f"check {check_id} was confirmed and is gone"
    for check_id in stored:
        checks.report(home, one, check_id)
    files.cards(home, one)
    questions.needed(home, one, checks.BEFORE, AT)


def killed_at(tmp_path: Path, moments: range, step: float) -> None:
    data = tmp_path / "data"
    one = accounts.create(open_home(data), "Northwind", AT).id
    done = Confirmed()
    for moment in moments:
        program = Program(data, "--port", "18730")
        worker = threading.Thread(target=work, args=(program.http, f"/api/accounts/{one}", done))
        worker.start()
        time.sleep(0.2 + moment * step)
        program.kill()
        worker.join()
        restarted = Program(data, "--port", "18730")
        assert restarted.http.get(f"/api/accounts/{one}/files").status_code == 200
        restarted.kill()
        assert list(is_whole(open_home(data), one, done)) == []


def test_killed_at_a_few_moments(tmp_path: Path) -> None:
    killed_at(tmp_path, range(1, 12, 4), 0.19)


@pytest.mark.slow
def test_killed_at_twenty_moments(tmp_path: Path) -> None:
    killed_at(tmp_path, range(20), 0.17)
