"""Which program runs for a data folder, and on which port: one at a time, which a second start finds."""

from __future__ import annotations

import errno
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import msgspec

from exportready.app.home import Home, read_json, write_json

PORT = 8730
"""The port of the page, unless it is taken or another one is asked for. IANA lists no service for it (read 2026-11)."""
TRIES = 50
"""How many ports after it are tried."""
CONNECTION_FILE = "connection.qwc"
"""The file beside account.json that connects QuickBooks. It has the page's address in it, so the port must stay the same."""
_ADDRESS = re.compile(rb"<AppURL>\s*https?://[^/:<]+:(\d{2,5})/")


class Taken(Exception):
    """The port is taken; the message says by which program, and what to do."""


class Running(msgspec.Struct, frozen=True):
    """The program that runs for a data folder."""

    pid: int
    port: int
    key: str

    @property
    def url(self) -> str:
        """Return the address that lets a browser in."""
        return f"http://127.0.0.1:{self.port}/?key={self.key}"


@contextmanager
def only_one(home: Home) -> Iterator[bool]:
    """Give whether no other program runs for this data folder, and keep others away until the end."""
    handle = os.open(home.path / "lock", os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "r+b") as file:
        yield _locked(file)


def _locked(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def other(home: Home) -> Running | None:
    """Return the program that runs; None if it doesn't say where yet."""
    with suppress(msgspec.ValidationError):
        return msgspec.convert(read_json(home.path / "running.json"), Running)
    return None


def announce(home: Home, running: Running) -> None:
    """Say where this program runs, to a second start."""
    write_json(home.path / "running.json", msgspec.to_builtins(running))


def fixed_port(home: Home) -> int | None:
    """Return the port that a connection of QuickBooks needs; None if there is no connection."""
    for path in sorted(home.accounts.glob(f"*/{CONNECTION_FILE}")):
        found = _ADDRESS.search(path.read_bytes()[:100_000])
        if found:
            return int(found[1])
    return None


def sockets(port: int, *, is_fixed: bool) -> tuple[int, list[socket.socket]]:
    """Return the port and the sockets that listen on it: on this computer's own addresses only. Raises Taken.

    Browsers on Windows try the IPv6 address of localhost first, so both are taken; a computer may have no IPv6.
    """
    last = port if is_fixed else min(port + TRIES, 65_535)
    for number in range(port, last + 1):
        with suppress(OSError):
            return number, _both(number)
    if is_fixed:
        holder = holder_of(port)
        who = f" by {holder}" if holder else ""
        raise Taken(
            f"Port {port} is in use{who}, and ExportReady needs this one, because QuickBooks connects to it. Close that program and "
            "start ExportReady again."
        )
    raise Taken(f"The ports {port} to {last} are all in use. Choose another with --port.")


def _both(port: int) -> list[socket.socket]:
    found = [_listening(socket.AF_INET, "127.0.0.1", port)]
    if socket.has_ipv6:
        try:
            found.append(_listening(socket.AF_INET6, "::1", port))
        except OSError as error:
            if error.errno not in _NO_IPV6:
                found[0].close()
                raise
    return found


_NO_IPV6 = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.ENETUNREACH)


def _listening(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
        made.listen(128)
    except BaseException:
        made.close()
        raise
    return made


# -- who has a port


def holder_of(port: int) -> str:
    """Return the name of the program that listens on a port, with its number; empty if that can't be found out."""
    with suppress(OSError, subprocess.SubprocessError, ValueError, IndexError):
        return _holder(port)
    return ""


def _holder(port: int) -> str:
    if sys.platform == "win32":
        lines = _output("netstat", "-ano", "-p", "TCP").splitlines()
        pid = next(line.split()[-1] for line in lines if f":{port} " in line and "LISTENING" in line)
        return _output("tasklist", "/FI", f"PID eq {pid}", "/FO", "CSV", "/NH").split('"')[1]
    if sys.platform == "darwin":
        lines = _output("lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fcp").splitlines()
        return next((line[1:] for line in lines if line.startswith("c")), "")
    inodes = {f"socket:[{row[9]}]" for row in _listeners() if int(row[1].rpartition(":")[2], 16) == port}
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and inodes & set(_open_files(process)):
            return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return ""


def _listeners() -> Iterator[list[str]]:
    """Yield the rows of Linux's tables of sockets that listen (proc_pid_net(5): state 0A)."""
    for name in ("tcp", "tcp6"):
        rows = (line.split() for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:])
        yield from (row for row in rows if row[3] == "0A")


def _open_files(process: Path) -> Iterator[str]:
    with suppress(OSError):
        for file in (process / "fd").iterdir():
            with suppress(OSError):
                yield os.readlink(file)


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)  # noqa: S603 - no part comes from outside
    return done.stdout
