"""The screens: HTML for a browser, forms that work without JavaScript."""

from __future__ import annotations

from starlette.routing import BaseRoute

from exportready.app.pages import after, before, companies, files, history, needed, settings, start
from exportready.app.pages.visit import problem

__all__ = ["problem", "routes"]


def routes() -> list[BaseRoute]:
    """Return the routes of all screens."""
    return [
        *start.ROUTES,
        *companies.ROUTES,
        *files.ROUTES,
        *needed.ROUTES,
        *before.ROUTES,
        *after.ROUTES,
        *history.ROUTES,
        *settings.ROUTES,
    ]
