"""`exportready app`: one program for each data folder, on this computer only, and everything saved however it ends."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from commands import run_in_process
from exportready.app import accounts
from exportready.app.home import open_home
from exportready.app.running import CONNECTION_FILE, Taken, fixed_port, holder_of, only_one, sockets
from page import AT, BASE, Program, running, upload


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_the_token_is_printed_while_nothing_runs_and_lets_programs_in(tmp_path: Path) -> None:
    done = run_in_process(["app", "--data", tmp_path / "data", "--print-token"], tmp_path)
    token = done.stdout.decode().strip()
    assert (done.returncode, done.stderr) == (0, b"")
    assert token == (tmp_path / "data" / "token").read_text()
    with running(tmp_path / "data", "--port", str(free_port())) as program:
        assert httpx.get(f"{program.base}/api/accounts", headers={"Authorization": f"Bearer {token}"}).json() == {
            "accounts": []
        }
        assert run_in_process(["app", "--data", tmp_path / "data", "--print-token"], tmp_path).stdout.decode().strip() == token


def test_the_printed_address_opens_the_page(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--port", str(free_port())) as program:
        with httpx.Client(follow_redirects=True) as browser:
            page = browser.get(program.url, headers={"Accept": "text/html"})
            assert (page.status_code, "ExportReady" in page.text) == (200, True)
            assert "key" not in str(page.url)
            assert browser.get(program.base, headers={"Accept": "text/html"}).status_code == 200
        assert httpx.get(program.base).status_code == 401


def test_it_listens_on_this_computer_only(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--port", str(free_port())) as program:
        port = int(program.base.rpartition(":")[2])
        if sys.platform == "linux":
            rows = [
                line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
            ]
            listening = {
                row[1].partition(":")[0] for row in rows if row[3] == "0A" and int(row[1].partition(":")[2], 16) == port
            }
            assert listening <= {"0100007F", "00000000000000000000000001000000"}
            assert "0100007F" in listening


def test_a_taken_port_is_said_and_the_next_free_one_is_used(tmp_path: Path) -> None:
    port = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        program = Program(tmp_path / "data", "--port", str(port))
        assert program.base != f"http://127.0.0.1:{port}"
        assert f"Port {port} is in use by another program, so the page is on port" in program.stop()


def test_a_second_start_finds_the_first(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--port", str(free_port())) as program:
        done = subprocess.run(
            [sys.executable, "-m", "exportready", "app", "--no-browser", "--data", str(tmp_path / "data")],
            capture_output=True, text=True, check=False, timeout=60, env={**os.environ, "PYTHONPATH": "engine"},
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (0, f"ExportReady is already open at {program.url}\n")


def test_ctrl_c_ends_it_in_order(tmp_path: Path) -> None:
    program = Program(tmp_path / "data", "--port", str(free_port()))
    assert program.http.post("/api/accounts", json={"name": "Northwind"}).status_code == 201
    assert "ExportReady has closed. Everything is saved." in program.stop()
    assert program.process.returncode == 0
    assert [one.name for one in accounts.all_accounts(open_home(tmp_path / "data"))] == ["Northwind"]


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda data: (data / "version").write_text("7\n"), "newer version of ExportReady"),
        (lambda data: (data / "version").write_bytes(b"\xff"), "damaged"),
        (lambda data: (data / "version").unlink(), "isn't a data folder"),
    ],
)
def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path, prepare: object, words: str) -> None:
    home = open_home(tmp_path / "data")
    assert callable(prepare)
    prepare(home.path)
    done = run_in_process(["app", "--data", home.path, "--no-browser"], tmp_path)
    assert done.returncode == 2
    assert words in done.stderr.decode()


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = run_in_process(["app", "--data", tmp_path / "data"], tmp_path)
    assert done.returncode == 2
    assert "pip install" in done.stderr.decode()
    assert "[app]" in done.stderr.decode()
    assert not (tmp_path / "data").exists()


def test_the_connection_of_quickbooks_fixes_the_port_and_its_holder_is_named(tmp_path: Path) -> None:
    home = open_home(tmp_path / "data")
    company = accounts.create(home, "Northwind", AT)
    assert fixed_port(home) is None
    port = free_port()
    (home.account(company.id) / CONNECTION_FILE).write_text(
        f"<QBWCXML><AppURL>http://localhost:{port}/qbwc</AppURL></QBWCXML>"
    )
    assert fixed_port(home) == port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(Taken, match=re.escape(f"Port {port} is in use")):
            sockets(port, is_fixed=True)
        if sys.platform == "linux":
            assert str(os.getpid()) in holder_of(port)
        done = run_in_process(["app", "--data", home.path, "--no-browser"], tmp_path)
        assert (done.returncode, "because QuickBooks connects to it" in done.stderr.decode()) == (2, True)
    done = run_in_process(["app", "--data", home.path, "--no-browser", "--port", str(port + 1)], tmp_path)
    assert (done.returncode, "Leave out --port" in done.stderr.decode()) == (2, True)


def test_only_one_program_uses_a_folder(tmp_path: Path) -> None:
    home = open_home(tmp_path / "data")
    with only_one(home) as first:
        assert first
        with only_one(home) as second:
            assert not second
    with only_one(home) as again:
        assert again


def test_nothing_outside_the_data_folder_is_written(tmp_path: Path) -> None:
    """Upload, hostile names, a check and a download, with the system's temporary folder and the cache watched too."""
    names = ("TMPDIR", "HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")
    places = {name: tmp_path / name.lower() for name in names}
    for place in places.values():
        place.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, place in places.items():
            patch.setenv(name, str(place))
        patch.setenv("EXPORTREADY_CACHE", "")
        with running(tmp_path / "data", "--port", str(free_port())) as program:
            made = program.http.post("/api/accounts", json={"name": "../../x"}).json()["id"]
            one = f"/api/accounts/{made}"
            small = upload("a.csv", "a,b\n1,2\n")
            for name in ("a.csv", "CON.csv", "x" * 300 + ".csv"):
                program.http.post(f"{one}/files", files={"files": (name, b"a,b\n" + name.encode())})
            program.http.post(f"{one}/files", files={"files": ("big.csv", b"a,b\n" + bytes(30 << 20))})
            assert small.name == "a.csv"
            for name in ("../a.csv", "/abs.csv", "..\\..\\a.csv"):
                assert program.http.post(f"{one}/files", files={"files": (name, b"x")}).status_code in (201, 422)
            assert program.http.post(f"{one}/checks").status_code == 201
            assert program.http.get(f"{one}/files").status_code == 200
    assert [path for place in places.values() for path in place.rglob("*")] == []
    assert {path.name for path in tmp_path.iterdir()} == {"data", *(place.name for place in places.values())}
    assert BASE
