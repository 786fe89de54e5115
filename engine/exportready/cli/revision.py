"""Read a snapshot from a git revision, and find its path in its repository. The only module that runs git."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LINK = "120000"
_OF_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR")


class NoRevision(Exception):
    """The revision can't be read; the message says why and what to do."""


def base_of(snapshot: Path) -> str:
    """Return the snapshot's path from the root of its repository; outside a repository, the path as given."""
    folder = snapshot if snapshot.is_dir() else snapshot.parent
    done = _git(folder, "rev-parse", "--show-prefix")
    if done is None or done.returncode != 0:
        return snapshot.as_posix()
    prefix = done.stdout.decode("utf-8", errors="replace").strip().rstrip("/")
    return prefix if snapshot.is_dir() else f"{prefix}/{snapshot.name}".lstrip("/")


@contextmanager
def at(snapshot: Path, revision: str) -> Iterator[Path | None]:
    """Yield the path of a temporary copy of the snapshot as of a revision; None if the revision doesn't have it. Raises NoRevision."""
    folder = snapshot if snapshot.is_dir() else snapshot.parent
    if revision.startswith("-"):
        raise NoRevision(f"git revision '{revision}' not found. Use a commit, branch or tag, such as HEAD or main.")
    known = _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if known is None:
        raise NoRevision("--since needs git, which is not installed. Install git, or use --baseline instead.")
    if known.returncode != 0:
        inside = _git(folder, "rev-parse", "--is-shallow-repository")
        if inside is None or inside.returncode != 0:
            raise NoRevision(
                f"--since needs a git repository, and git can't read one at {folder}: {_error_of(inside)}. Use --baseline instead."
            )
        shallow = " in this shallow clone; fetch more history" if inside.stdout.strip() == b"true" else ""
        remedy = shallow or _near(folder, revision) or "; use a commit, branch or tag, such as HEAD"
        raise NoRevision(f"git revision '{revision}' not found{remedy}")
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
            _pack(root, f"{commit}:{base}", archive, revision)
        else:
            archive.write_bytes(_blob(root, f"{commit}:{base}", revision))
        yield archive


def _near(folder: Path, revision: str) -> str:
    """Return "; did you mean 'X'?" if a branch or tag has a similar name. What follows ~, ^ or @ isn't part of the name."""
    from exportready.schema.shapes import did_you_mean

    listed = _git(folder, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags")
    names = listed.stdout.decode("utf-8", errors="replace").split() if listed is not None else []
    return did_you_mean(re.split(r"[~^@]", revision)[0], names)


def _pack(root: Path, tree: str, archive: Path, revision: str) -> None:
    """Zip the files of a tree as they were committed. `git archive` would leave out files that .gitattributes excludes."""
    import zipfile

    listed = _git(root, "ls-tree", "-r", "-z", "--full-tree", tree)
    if listed is None or listed.returncode != 0:
        raise NoRevision(f"git can't list {tree} ({revision}): {_error_of(listed)}")
    with zipfile.ZipFile(archive, "w") as packed:
        for entry in filter(None, listed.stdout.split(b"\0")):
            head, _, name = entry.partition(b"\t")
            mode, kind, sha = head.decode().split()
            if kind == "blob" and mode != _LINK:
                packed.writestr(name.decode("utf-8", errors="replace"), _blob(root, sha, revision))


def _blob(root: Path, name: str, revision: str) -> bytes:
    done = _git(root, "cat-file", "blob", name)
    if done is None or done.returncode != 0:
        raise NoRevision(f"git can't read {name} ({revision}): {_error_of(done)}")
    return done.stdout


def _error_of(done: subprocess.CompletedProcess[bytes] | None) -> str:
    return done.stderr.decode("utf-8", errors="replace").strip() if done is not None else "git is not installed"


def _git(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes] | None:
    """Run git without a shell and without the user's aliases; None if it isn't installed."""
    try:
        # In a git hook, these variables would make git use another repository.

        clean = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
        return subprocess.run(["git", "-C", str(folder), *words], capture_output=True, check=False, env=clean)  # noqa: S603, S607 - git is found as users have it
    except OSError:
        return None
