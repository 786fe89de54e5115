"""Write reports: all of them or none, except those that go to the screen, a device or a pipe. The only module that prints."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click


def write(texts: Iterable[tuple[str | None, str | Iterator[str]]]) -> None:
    """Write each text to its path, or to standard output if the path is None. Raises click.ClickException with what to do.

    Each file is first written under a temporary name in its folder, and all are renamed at the end: if one can't be written, the
    others don't change. A text may come in pieces, which are written as they are produced.
    """
    ready: list[tuple[str, Path]] = []
    through: list[tuple[str | None, str]] = []
    target: str | None = None
    try:
        for target, text in texts:
            if target is not None and not _is_written_through(Path(target)):
                place = Path(os.path.realpath(target))  # a link stays a link, and what it leads to is replaced
                ready.append((_beside(place, text), place))
            else:
                through.append((target, text if isinstance(text, str) else "".join(text)))
        while ready:
            name, path = ready[0]
            target = str(path)
            os.replace(name, path)
            del ready[0]
        for target, text in through:
            if target is None:
                _to_stdout(_bytes(text))
            else:
                Path(target).write_bytes(_bytes(text))
    except PermissionError as error:
        raise click.ClickException(
            f"Can't write {target}. Close the program that has it open, or choose another folder."
        ) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        message = cant_print(error) if target is None else f"Can't write {target} ({error.strerror}). Choose another path."
        raise click.ClickException(message) from error
    finally:
        for name, _ in ready:
            Path(name).unlink(missing_ok=True)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")


def _is_written_through(path: Path) -> bool:
    """Return whether a path is a device, a pipe, or a name of an open stream such as /dev/stdout: these are written to, not replaced."""
    is_stream = os.path.abspath(path).startswith(("/dev/", "/proc/"))
    return is_stream or (path.exists() and not path.is_file() and not path.is_dir())


def _to_stdout(data: bytes) -> None:
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(data.decode())
    else:
        buffer.write(data)
        buffer.flush()


def _beside(path: Path, text: str | Iterator[str]) -> str:
    import tempfile

    if path.is_dir():
        raise IsADirectoryError(21, "it is a folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in (text,) if isinstance(text, str) else text:
                file.write(_bytes(piece))
        os.chmod(name, _mode(path))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return name


def _mode(path: Path) -> int:
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def echo(text: str, *, to_error: bool = False) -> None:
    """Print a text of several lines, cleaned, because rules and accounts come from others."""
    from exportready.reporters.text import clean_block

    _print(clean_block(text), to_error=to_error)


def note(message: str) -> None:
    """Print one message, cleaned, on one line of standard error. Empty lines before it are kept."""
    from exportready.reporters.text import clean, without_commands

    above = message[: len(message) - len(message.lstrip("\n"))]
    _print(f"{above}{without_commands(clean(message))}\n", to_error=True)


def show(report: str, *, is_color: bool) -> None:
    """Print a report for the console, which its reporter has cleaned; only commands to a build server may be left."""
    from exportready.reporters.text import without_commands

    _print(without_commands(report), color=is_color)


def _print(text: str, *, to_error: bool = False, color: bool | None = None) -> None:
    """Print a text, with "?" for characters that the console can't show. Raises click.ClickException if it can't be printed."""
    encoding = getattr(sys.stderr if to_error else sys.stdout, "encoding", None) or "utf-8"
    try:
        click.echo(text.encode(encoding, errors="replace").decode(encoding), nl=False, err=to_error, color=color)
    except BrokenPipeError:
        raise
    except OSError as error:
        if not to_error:  # no one reads standard error; the result is still right
            raise click.ClickException(cant_print(error)) from error


def cant_print(error: OSError) -> str:
    """Return the message for standard output that can't be written."""
    return f"Can't write to the screen, or to where its output is sent ({error.strerror}). Write a report to a file with -o."


def echo_json(value: object) -> None:
    """Print a value as JSON for other programs."""

    import json

    write([(None, json.dumps(value, indent=1, ensure_ascii=False) + "\n")])
