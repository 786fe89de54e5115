"""Templates, style sheets and scripts of `reports/`: the only module that knows jinja2."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import jinja2
import jinja2.bccache
import msgspec
from markupsafe import Markup, escape

from exportready import __version__
from exportready.reporters import words
from exportready.reporters.text import clean, clean_line
from exportready.runtime import cache
from exportready.runtime.shipped import folder

_AT_ONCE = 500
"""So many pieces of a template make one of the page."""


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    template: jinja2.Template
    css: Markup
    script: Markup
    script_hash: str
    """What the page's policy allows to run: this script, and nothing else."""


_LIKE = {"audit": "html"}
"""Page -> the page whose partials, styles and script it has too, before its own."""


def page(name: str, **values: Any) -> str:
    """The page `reports/NAME`, filled in."""
    return "".join(page_in_parts(name, **values))


def page_in_parts(name: str, **values: Any) -> Iterator[str]:
    """The same, a piece at a time."""
    made = _shipped(name)
    stream = made.template.stream(css=made.css, script=made.script, script_hash=made.script_hash, words=words, **values)
    stream.enable_buffering(_AT_ONCE)
    yield from stream


@functools.cache
def _shipped(name: str) -> _Page:
    home = folder("reports") / name
    homes = [folder("reports") / _LIKE[name], home] if name in _LIKE else [home]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(homes, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_Kept(str(kept), f"page-{__version__}-%s") if (kept := cache.folder()) else None,
    )
    environment.filters["path"] = _path
    environment.filters["sentence"] = words.sentence
    environment.filters["line"] = _line
    (source,) = (one for one in home.glob("*.html.j2") if not one.name.startswith("_"))
    script = _joined(homes, "*.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return _Page(
        template=environment.get_template(source.name),
        css=Markup(_joined(homes, "*.css")),
        script=Markup(script),
        script_hash=digest,
    )


class _Kept(jinja2.FileSystemBytecodeCache):
    """Compiling the templates takes longer than a check of a small account."""

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """A full disk is no reason to go without a report."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _joined(homes: Sequence[Path], pattern: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for home in homes for path in sorted(home.glob(pattern)))


def _finalize(value: Any) -> Any:
    """Cleans whatever the template prints, so that no place can forget to."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _line(text: str) -> Markup:
    """A line of a file or of a text to copy: harmless, and with its spaces."""
    return escape(clean_line(text))


def _path(text: str) -> str:
    """Menu > Entry, with a sign that reads as a path."""
    return text.replace(" > ", " \u203a ")
