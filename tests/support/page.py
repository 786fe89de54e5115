"""What the tests of the page share: a data folder, the by-hand files, a client that is let in, and a running program."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import httpx

from exportready.app import questions
from exportready.app.files import Upload
from exportready.app.home import Home
from exportready.app.server import build
from exportready.app.values import Question

with warnings.catch_warnings():  # it prefers httpx2, which does the same
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

__all__ = [
    "AT",
    "BASE",
    "BY_HAND",
    "ROOT",
    "Program",
    "TestClient",
    "answer_all",
    "body",
    "by_hand",
    "client",
    "replies",
    "running",
    "sheet",
    "tree",
    "upload",
    "wait_until",
]

ROOT = Path(__file__).resolve().parents[2]
BY_HAND = ROOT / "examples" / "by-hand"
AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
"""Half an hour after the by-hand files were exported."""
BASE = "http://127.0.0.1:8730"


def upload(name: str, data: bytes | str) -> Upload:
    """Return a dropped file."""
    return Upload(name, io.BytesIO(data.encode() if isinstance(data, str) else data))


def by_hand() -> list[Upload]:
    """Return the files that an office exports by hand, without answers."""
    return [upload(path.name, path.read_bytes()) for path in sorted(BY_HAND.iterdir()) if path.name != "account.yaml"]


def sheet(*rows: str) -> str:
    """Return a .csv of rows."""
    return "\r\n".join(rows) + "\r\n"


def client(home: Home, *, at: datetime = AT) -> TestClient:
    """Return a client that sends the token, as programs do."""
    app = build(home, now=lambda: at)
    made = TestClient(app, base_url=BASE, raise_server_exceptions=False)
    made.headers["Authorization"] = f"Bearer {home.token}"
    return made


ANSWERS = {
    "serialNumbersWanted": False,
    "configurations.populateSerialNumbersInQuickBooks": False,
    "advancedInventory": False,
    "peopleWhoExport": 1,
    "closingDate": "none",
    "webConnector.since": "2023-05-01",
    "covers.quickbooks.Invoice": {"from": "2020-01-01", "to": "2026-11-20"},
    "takenAt": AT.isoformat(),
}
"""The answers to the questions that have no choices, or of which the first choice isn't true."""


def replies(asked: Sequence[Question]) -> tuple[dict[str, object], dict[str, bool]]:
    """Return an answer to each question, and a yes to each confirmation, as the office of the by-hand files would give them."""
    answers: dict[str, object] = {}
    for one in asked:
        path = one.path
        if path is None:
            continue
        if path in ANSWERS:
            answers[path] = ANSWERS[path]
        elif path.startswith("salesTax.zones."):
            answers[path] = f"{path.rpartition('.')[2]} Sales Tax"
        elif one.several:
            answers[path] = [choice.value for choice in one.choices[:3]] if path.startswith("modules.") else []
        else:
            answers[path] = one.choices[0].value
    return answers, {one.rule: True for one in asked if one.rule is not None}


def answer_all(home: Home, account_id: str, phase: str = "before-export", at: datetime = AT) -> int:
    """Answer and confirm everything that is open, round by round. Return the number of rounds."""
    for number in range(6):
        asked = questions.fresh(home, account_id, phase, at)
        if not asked:
            return number
        questions.save(home, account_id, *replies(asked), "the office manager", at)
    raise AssertionError([one.id for one in questions.fresh(home, account_id, phase, at)])


def tree(folder: Path) -> Mapping[str, bytes]:
    """Return every file below a folder with its content."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Program:
    """`exportready app` in a process of its own."""

    def __init__(self, data: Path, *options: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "engine"), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "exportready", "app", "--no-browser", "--data", str(data), *options]
        self.data = data
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\S*", line)
        assert found, f"{line}{self.process.stderr.read() if self.process.stderr else ''}"
        self.url = found[0]
        self.base = f"http://127.0.0.1:{found[1]}"
        token = (data / "token").read_text()
        self.http = httpx.Client(base_url=self.base, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def kill(self) -> None:
        """End it as a power cut does, with the processes that it started."""
        self.http.close()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def stop(self) -> str:
        """End it with Ctrl-C, and return what it printed to standard error."""
        self.http.close()
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=30)[1]


@contextmanager
def running(data: Path, *options: str) -> Iterator[Program]:
    """Give a running program, and end it."""
    program = Program(data, *options)
    try:
        yield program
    finally:
        program.kill()


def wait_until(is_true: object, seconds: float = 30) -> None:
    """Wait until a function returns something true. Fails after some seconds."""
    assert callable(is_true)
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


def body(response: httpx.Response) -> dict[str, object]:
    """Return the JSON object of an answer."""
    found = json.loads(response.content)
    assert isinstance(found, dict)
    return found
