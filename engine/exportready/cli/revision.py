"""A snapshot as it stands in a git revision, and where it lies in its repository. The only module that runs git."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoRevision(Exception):
    """The revision cannot be read; the text says why."""


def base_of(snapshot: Path) -> str:
    """The snapshot's path from the root of its repository; outside of one, as it was given."""
    folder = snapshot if snapshot.is_dir() else snapshot.parent
    done = _git(folder, "rev-parse", "--show-prefix")
    if done is None or done.returncode != 0:
        return snapshot.as_posix()
    prefix = done.stdout.decode("utf-8", errors="replace").strip().rstrip("/")
    return prefix if snapshot.is_dir() else f"{prefix}/{snapshot.name}".lstrip("/")


@contextmanager
def at(snapshot: Path, revision: str) -> Iterator[Path | None]:
    """The snapshot of that revision, in a place of its own; None where it was not there yet. Raises NoRevision."""
    folder = snapshot if snapshot.is_dir() else snapshot.parent
    if revision.startswith("-"):
        raise NoRevision(f"'{revision}' is no revision")
    known = _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if known is None:
        raise NoRevision("git is not installed here, and --since reads what git keeps")
    if known.returncode != 0:
        inside = _git(folder, "rev-parse", "--git-dir")
        why = (
            f"'{revision}' is no revision of it" if inside and inside.returncode == 0 else f"{folder} is in no git repository"
        )
        raise NoRevision(f"{why} (with a shallow clone, fetch more of its history)")
    commit, base = known.stdout.decode().strip(), base_of(snapshot)
    top = _git(folder, "rev-parse", "--show-toplevel")
    root = Path(top.stdout.decode("utf-8", errors="replace").strip()) if top is not None else folder
    there = _git(root, "cat-file", "-e", f"{commit}:{base}")
    if there is None or there.returncode != 0:
        yield None
        return
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="exportready-") as place:
        archive = Path(place) / "snapshot.zip"
        if snapshot.is_dir():
            done = _git(root, "archive", "--format=zip", "-0", f"--output={archive}", f"{commit}:{base}")
        else:
            done = _git(root, "show", f"{commit}:{base}")
            if done is not None:
                archive.write_bytes(done.stdout)
        if done is None or done.returncode != 0:
            told = done.stderr.decode("utf-8", errors="replace").strip() if done else "git is not there"
            raise NoRevision(f"git cannot give {base or 'the repository'} as of {revision}: {told}")
        yield archive


def _git(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes] | None:
    """Without a shell, without the user's aliases; None where there is no git."""
    try:
        return subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False)  # noqa: S603, S607 - git is found as users have it
    except OSError:
        return None
