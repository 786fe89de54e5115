"""Where reports go: each is written whole or not at all, except straight to a device or pipe."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click


def write(target: str | None, text: str) -> None:
    """Write to a path, or to standard output for None. Raises click.ClickException with what to do."""
    data = text.encode("utf-8", errors="replace")
    if target is None:
        _to_stdout(data)
        return
    path = Path(target)
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)
    except PermissionError as error:
        raise click.ClickException(
            f"{target} cannot be written; close the program that has it open, or choose another place"
        ) from error
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written ({error.strerror}); choose another place") from error


def _to_stdout(data: bytes) -> None:
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(data.decode())
    else:
        buffer.write(data)
        buffer.flush()


def _replace(path: Path, data: bytes) -> None:
    import tempfile

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, _mode(path))
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def echo(text: str) -> None:
    """Print text that people read, whatever their console can show."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    click.echo(text.encode(encoding, errors="replace").decode(encoding), nl=False)
