"""Find the shipped rules and templates: inside the installed package, or two folders above it in a checkout."""

from __future__ import annotations

from pathlib import Path


def folder(name: str) -> Path:
    """Return a shipped folder (`rules`, `reports`). Raises FileNotFoundError if the installation doesn't have it."""
    package = Path(__file__).resolve().parents[1]
    for home in (package, package.parents[1]):
        if (home / name).is_dir():
            return home / name
    raise FileNotFoundError(f"The installation of ExportReady is incomplete: folder {name!r} is missing. Install it again.")
