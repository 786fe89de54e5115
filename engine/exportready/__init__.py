"""ExportReady: check a ServiceTitan batch before you export it to QuickBooks Desktop.

`from exportready import check, CheckRequest, load_rulebook` is the public API (docs/engineer/api.md); `__init__.pyi` has its types.
Names are imported when they are first used, so that `import exportready` is fast.
"""

import sys
from types import ModuleType

__version__ = "0.1.0"
__all__ = ["CheckRequest", "MistakesFound", "NoEngine", "NoSnapshot", "Report", "check", "load_rulebook"]

_MODULES = {
    "CheckRequest": "exportready.check",
    "MistakesFound": "exportready.schema.mistakes",
    "NoEngine": "exportready.causes.engines",
    "NoSnapshot": "exportready.evidence.files",
    "Report": "exportready.model.report",
    "check": "exportready.check",
    "load_rulebook": "exportready.rulebook.load",
}


def __getattr__(name: str) -> object:
    """Import a name of the public API."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(_MODULES[name]), name)
    setattr(sys.modules[__name__], name, value)
    return value


def __dir__() -> list[str]:
    """Return the names of this module, including those of the public API that aren't imported yet."""
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """The type of this package. It keeps `exportready.check` the function when the module of the same name is imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "check" and isinstance(value, ModuleType):
            value = value.check
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
