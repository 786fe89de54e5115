"""Stored checks: the JSON result of each, and beside it what only its evidence showed. The newest is found by its name."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec.structs import replace

from exportready.app.home import Home, read_json, write
from exportready.app.looking import Look
from exportready.app.summary import check_info
from exportready.app.values import CheckInfo, NotFound
from exportready.model.report import Report
from exportready.policy.confirmations import BatchState
from exportready.results.json_text import from_json
from exportready.results.read import NotStored, report_from_json

BEFORE, AFTER = "before-export", "after-export"
PHASES = (BEFORE, AFTER)
MOST_CHECKS = 1_000
"""Checks that are kept of one account; older ones are removed. A batch takes about 20."""
_ID = re.compile(r"\d{8}-\d{6}-\d{6}-(before|after)-[0-9a-f]{4}\Z")
_DAMAGED = "The result of this check is damaged. Check again."


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored beside a result."""

    made: datetime
    of_files: bool = False
    """Whether it was for the latest date that the files state."""
    good_until: datetime | None = None
    stamp: str = ""
    """The state of the files and answers that were checked."""
    saved: int = 0
    """The number of the last saving of answers that it knows."""
    state: BatchState = BatchState()
    info: CheckInfo | None = None


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """The last check of a phase."""

    report: Report
    beside: Beside


def keep(home: Home, account_id: str, found: Look, beside: Beside) -> CheckInfo:
    """Store a check as a new one. Raises OSError."""
    report = _parsed(found.result.encode())
    phase = "after" if report.is_after_export else "before"
    check_id = f"{beside.made:%Y%m%d-%H%M%S-%f}-{phase}-{secrets.token_hex(2)}"
    folder = home.account(account_id) / "checks"
    path = folder / f"{check_id}.json"
    info = check_info(report, check_id, beside.made, found.good_until, path)
    _write(path, found.result, replace(beside, info=replace(info, path=Path(path.name))))
    for old in sorted(folder.glob("*.json"), reverse=True)[MOST_CHECKS:]:
        old.unlink()
        old.with_suffix(".beside").unlink(missing_ok=True)
    return info


def keep_look(home: Home, account_id: str, phase: str, found: Look, beside: Beside) -> None:
    """Store what is open now, outside the list of checks."""
    _write(home.account(account_id) / f"look-{phase}.json", found.result, beside)


def _write(path: Path, result: str, beside: Beside) -> None:
    """Write what is beside a result first: the result is what makes the check exist."""
    write(path.with_suffix(".beside"), msgspec.json.encode(beside, enc_hook=str))
    write(path, result.encode("utf-8", "surrogatepass"))


def all_infos(home: Home, account_id: str) -> Iterator[CheckInfo]:
    """Yield the checks of an account, the newest first, without those that are damaged."""
    for path in _newest_first(home, account_id):
        beside = _beside(path)
        if beside is not None and beside.info is not None:
            yield replace(beside.info, path=path)
            continue
        try:  # without it, the result itself says what matters
            made = datetime.strptime(path.stem[:22], "%Y%m%d-%H%M%S-%f").replace(tzinfo=UTC)
            yield check_info(report_of(path), path.stem, made, None, path)
        except NotFound:
            continue


def find(home: Home, account_id: str, check_id: str) -> Path:
    """Return the result of a check. Raises NotFound."""
    path = home.account(account_id) / "checks" / f"{check_id}.json"
    if not _ID.match(check_id) or not path.is_file():
        raise NotFound("This check isn't on this computer any more.")
    return path


def info_of(path: Path) -> CheckInfo:
    """Return what the list shows of a check. Raises NotFound if it is damaged."""
    beside = _beside(path)
    if beside is not None and beside.info is not None:
        return replace(beside.info, path=path)
    made = datetime.strptime(path.stem[:22], "%Y%m%d-%H%M%S-%f").replace(tzinfo=UTC)
    return check_info(report_of(path), path.stem, made, None, path)


def last(home: Home, account_id: str, phase: str) -> Last | None:
    """Return the last check of a phase, or what was open later; None if there is none."""
    short = "after" if phase == AFTER else "before"
    paths = [next((path for path in _newest_first(home, account_id) if f"-{short}-" in path.name), None)]
    paths.append(home.account(account_id) / f"look-{phase}.json")
    found = [(beside, path) for path in paths if path is not None and path.exists() and (beside := _beside(path)) is not None]
    for beside, path in sorted(found, key=lambda one: one[0].made, reverse=True):
        try:
            return Last(report=report_of(path), beside=beside)
        except NotFound:
            continue
    return None


def _newest_first(home: Home, account_id: str) -> list[Path]:
    paths = (home.account(account_id) / "checks").glob("*.json")
    return sorted((path for path in paths if _ID.match(path.stem)), reverse=True)


def _beside(path: Path) -> Beside | None:
    try:
        data = read_json(path.with_suffix(".beside"))
        return msgspec.convert(data, Beside, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError:
        return None


def report_of(path: Path) -> Report:
    """Return the report of a stored result. Raises NotFound if it is damaged."""
    try:
        return _cached(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, NotStored) as error:
        raise NotFound(_DAMAGED) from error


@lru_cache(maxsize=8)
def _cached(path: Path, changed: int) -> Report:
    """Return the report of a result, which each view of a page needs."""
    return _parsed(path.read_bytes())


def _parsed(data: bytes) -> Report:
    return report_from_json(from_json(data))
