"""Write reports: all of them or none, except those that go to the screen, a device or a pipe."""

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
                ready.append((_beside(Path(target), text), Path(target)))
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
    except OSError as error:
        raise click.ClickException(f"Can't write {target} ({error.strerror}). Choose another path.") from error
    finally:
        for name, _ in ready:
            Path(name).unlink(missing_ok=True)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")


def _is_written_through(path: Path) -> bool:
    """Return whether a path is a device, a pipe or a link: these are written to, never replaced."""
    return path.is_symlink() or (path.exists() and not path.is_file() and not path.is_dir())


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
    """Print text, with "?" for characters that the console can't show."""
    encoding = getattr(sys.stderr if to_error else sys.stdout, "encoding", None) or "utf-8"
    click.echo(text.encode(encoding, errors="replace").decode(encoding), nl=False, err=to_error)


def echo_json(value: object) -> None:
    """Print a value as JSON for other programs."""

    import json

    write([(None, json.dumps(value, indent=1, ensure_ascii=False) + "\n")])
