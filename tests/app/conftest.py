"""A data folder for each test, and a company in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from exportready.app import accounts, child
from exportready.app.home import Home, open_home
from page import AT, TestClient, client


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "data")


@pytest.fixture
def company(home: Home) -> str:
    return accounts.create(home, "Northwind Plumbing & Heating", AT).id


@pytest.fixture
def http(home: Home) -> Iterator[TestClient]:
    with client(home) as made:
        yield made


@pytest.fixture(scope="session", autouse=True)
def _warm() -> Iterator[None]:
    """Keep a process ready, as the program does, so that the tests don't wait for one each time."""
    child.keep_ready()
    yield
    child.stop_ready()
