"""Renders the HTML pages of `reports/` from templates, styles and scripts. The only module that imports jinja2."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
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

_EXTENDS = {"audit": "html", "app": "html"}
"""Page -> the page whose partials, styles and script it also uses, before its own."""


_NAME = r"[A-Z][\w/'-]*(?: (?:&|of|and|to)(?= [A-Z])| [A-Z][\w/'-]*)*"
_MENU_PATH = re.compile(
    rf"((?!(?:Choose|Open|In|Look|Select|Use|Click|Under|See|Check) )\b{_NAME}(?: > (?:{_NAME}|your company file))+)"
)
"""A menu path in a sentence, such as “File > Utilities > Export”. Our own steps write menus as the programs do, with capitals."""


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


def screen(name: str, template: str, **values: Any) -> str:
    """Return one screen of a page that has several: the template `reports/NAME/TEMPLATE.html.j2`, filled in with the values.

    Its style and script are files of their own (`style` and `script`).
    """
    return _environment(name).get_template(f"{template}.html.j2").render(words=words, display=display, **values)


@functools.cache
def style(name: str) -> str:
    """Return the style sheet of a page."""
    return _joined(_folders(name), "*.css")


@functools.cache
def script(name: str) -> str:
    """Return the script of a page."""
    return _joined(_folders(name), "*.js")


@functools.cache
def _load(name: str) -> _Assets:
    (source,) = (path for path in _folders(name)[-1].glob("*.html.j2") if not path.name.startswith("_"))
    digest = base64.b64encode(hashlib.sha256(script(name).encode()).digest()).decode()
    return _Assets(
        template=_environment(name).get_template(source.name),
        css=Markup(style(name)),
        script=Markup(script(name)),
        script_hash=digest,
    )


def _folders(name: str) -> list[Path]:
    """Return the folders that a page is made of, its own last."""
    return [folder("reports") / one for one in (_EXTENDS.get(name), name) if one]


@functools.cache
def _environment(name: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_folders(name), encoding="utf-8"),
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
    environment.filters["clicks"] = _clicks
    return environment


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


def _clicks(text: str) -> Markup:
    """Return a step in which each menu path (File > Save) is bold; a screen reader says “then” at its arrows."""
    parts = _MENU_PATH.split(clean(text))
    arrow = Markup(' <span aria-hidden="true">\u203a</span><span class="hide">, then</span> ')
    shown = [
        arrow.join(Markup("<b>{}</b>").format(name) for name in part.split(" > ")) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    ]
    return Markup("").join(shown)


def _menu_path(text: str) -> str:
    """Return a text in which the separators of menu paths (File > Save) are arrows."""
    return text.replace(" > ", " \u203a ")
