"""Finds the shipped rules and templates: inside the package once installed, two folders above it in a checkout."""

from __future__ import annotations

from pathlib import Path


def folder(name: str) -> Path:
    """Return the shipped folder of this name (`rules`, `reports`). Raises FileNotFoundError where the installation lacks it."""
    package = Path(__file__).resolve().parents[1]
    for home in (package, package.parents[1]):
        if (home / name).is_dir():
            return home / name
    raise FileNotFoundError(f"ExportReady is not installed whole: its folder {name!r} is missing")
