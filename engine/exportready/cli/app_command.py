"""`exportready app`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from exportready.cli.command import Command

if TYPE_CHECKING:
    from exportready.app.home import Home

_MISSING = "The page needs a few more packages. In the folder from which you installed ExportReady, run: pip install '.[app]'"


@click.command(cls=Command, examples=["exportready app", "exportready app --print-token"])
@click.option(
    "--port", type=click.IntRange(1024, 65_535), metavar="N", help="Port of the page (default: 8730, or the next free one)."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Folder for companies, files and checks (default: this user's own folder for program data).",
)
@click.option("--no-browser", is_flag=True, help="Don't open the page in a browser.")
@click.option("--print-token", is_flag=True, help="Print the token of the local API and exit.")
def app(port: int | None, data: Path | None, no_browser: bool, print_token: bool) -> None:
    """Open the page: drop files, answer questions, read the verdict.

    The page runs on this computer only; nothing leaves it. If it is already running, this opens it. To close it, press Ctrl-C here or
    Quit on the page: everything is saved at once.
    """
    import importlib.util

    if any(importlib.util.find_spec(name) is None for name in ("starlette", "uvicorn", "python_multipart", "platformdirs")):
        raise click.ClickException(_MISSING)
    from exportready.app.home import NoHome, open_home
    from exportready.app.running import only_one
    from exportready.cli.output import echo

    try:
        home = open_home(data)
    except NoHome as error:
        raise click.ClickException(str(error)) from error
    if print_token:
        echo(f"{home.token}\n")
        return
    with only_one(home) as is_first:
        if is_first:
            _serve(home, port, opens=not no_browser)
        else:
            _open_other(home, opens=not no_browser)


def _serve(home: Home, port: int | None, *, opens: bool) -> None:
    """Run the page until it is closed."""
    import gc

    from exportready.app.running import PORT, Taken, fixed_port, sockets
    from exportready.app.server import run
    from exportready.cli.output import echo, note

    wanted, fixed = port or PORT, fixed_port(home)
    if fixed is not None and port not in (None, fixed):
        raise click.ClickException(f"QuickBooks connects to port {fixed}, so the page can't use another. Leave out --port.")
    try:
        found, listening = sockets(fixed or wanted, is_fixed=fixed is not None)
    except Taken as error:
        raise click.ClickException(str(error)) from error
    if found != (fixed or wanted):
        note(f"Port {wanted} is in use by another program, so the page is on port {found}.")

    def on_ready(url: str) -> None:
        echo(f"ExportReady is open at {url}\n")
        if opens:
            _browse(url)

    gc.enable()  # a check turns it off, but this goes on for days
    run(home, found, listening, on_ready)
    note("ExportReady has closed. Everything is saved.")


def _open_other(home: Home, *, opens: bool) -> None:
    """Open the page of the program that already runs. Raises click.ClickException if it doesn't answer."""
    import time

    from exportready.app.running import other
    from exportready.cli.output import echo

    for _ in range(50):  # it may just be starting
        running = other(home)
        if running is not None and _answers(running.port):
            echo(f"ExportReady is already open at {running.url}\n")
            if opens:
                _browse(running.url)
            return
        time.sleep(0.1)
    raise click.ClickException(
        f"Another program uses the data folder {home.path}, but its page doesn't answer. Close ExportReady, or restart this computer."
    )


def _answers(port: int) -> bool:
    import socket

    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _browse(url: str) -> None:
    """Open an address in the browser of this user."""
    import webbrowser

    webbrowser.open(url)
