"""Renders the HTML pages of `reports/` from templates, styles and scripts. The only module that imports jinja2."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jinja2
import jinja2.bccache
import msgspec
from markupsafe import Markup, escape

from exportready import __version__
from exportready.model import display
from exportready.reporters import words
from exportready.reporters.text import clean, clean_line
from exportready.runtime import cache
from exportready.runtime.shipped import folder

_PIECES_PER_PART = 500
"""Number of template pieces joined into one part of a page."""

_EXTENDS = {"audit": "html"}
"""Page -> the page whose partials, styles and script it also uses, before its own."""


class _Assets(msgspec.Struct, frozen=True, kw_only=True):
    """What one page is made of."""

    template: jinja2.Template
    css: Markup
    script: Markup
    script_hash: str
    """The only script that the page's Content-Security-Policy allows to run."""


def page(name: str, **values: Any) -> str:
    """Return the page `reports/NAME`, filled in with the values."""
    return "".join(page_in_parts(name, **values))


def page_in_parts(name: str, **values: Any) -> Iterator[str]:
    """Yield the same page in parts, so that a large one is never in memory as a whole."""
    assets = _load(name)
    stream = assets.template.stream(
        css=assets.css, script=assets.script, script_hash=assets.script_hash, words=words, display=display, **values
    )
    stream.enable_buffering(_PIECES_PER_PART)
    yield from stream


@functools.cache
def _load(name: str) -> _Assets:
    own_folder = folder("reports") / name
    folders = [folder("reports") / _EXTENDS[name], own_folder] if name in _EXTENDS else [own_folder]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_clean_value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_BytecodeCache(),
    )
    environment.filters["path"] = _menu_path
    environment.filters["sentence"] = words.sentence
    environment.filters["line"] = _line
    (source,) = (path for path in own_folder.glob("*.html.j2") if not path.name.startswith("_"))
    script = _joined(folders, "*.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return _Assets(
        template=environment.get_template(source.name),
        css=Markup(_joined(folders, "*.css")),
        script=Markup(script),
        script_hash=digest,
    )


class _BytecodeCache(jinja2.BytecodeCache):
    """Keeps compiled templates, since compiling them takes longer than checking a small account."""

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Read a compiled template, if it was kept as it is."""
        kept = cache.load("page", _cache_key(bucket))
        if isinstance(kept, bytes):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep a compiled template."""
        cache.keep("page", _cache_key(bucket), bucket.bytecode_to_string())


def _cache_key(bucket: jinja2.bccache.Bucket) -> str:
    return f"{__version__}-{bucket.key}"


def _joined(folders: Sequence[Path], pattern: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for each in folders for path in sorted(each.glob(pattern)))


def _clean_value(value: Any) -> Any:
    """Clean every text that a template prints, so that no template has to do it."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _line(text: str) -> Markup:
    """Return a line of a file, or of a text to copy, cleaned but with its spaces."""
    return escape(clean_line(text))


def _menu_path(text: str) -> str:
    """Return a text in which the separators of menu paths (File > Save) are arrows."""
    return text.replace(" > ", " \u203a ")
