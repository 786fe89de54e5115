"""Templates and style sheets of `reports/`: the only module that knows jinja2."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from exportready.reporters import words
from exportready.reporters.text import clean
from exportready.shipped import folder


def page(name: str, **values: Any) -> str:
    """The page `reports/NAME`, filled in."""
    template, css = _shipped(name)
    return template.render(css=css, words=words, **values)


@cache
def _shipped(name: str) -> tuple[jinja2.Template, Markup]:
    home = folder("reports") / name
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(home, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["path"] = _path
    environment.filters["sentence"] = words.sentence
    (source,) = home.glob("*.html.j2")
    (css,) = home.glob("*.css")
    return environment.get_template(source.name), Markup(css.read_text(encoding="utf-8"))


def _finalize(value: Any) -> Any:
    """Cleans whatever the template prints, so that no place can forget to."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _path(text: str) -> str:
    """Menu > Entry, with a sign that reads as a path."""
    return text.replace(" > ", " \u203a ")
