"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from exportready.runtime import cache

settings.register_profile("fast", max_examples=50, deadline=None)
settings.register_profile("thorough", max_examples=1_000, deadline=None)  # make test-slow
settings.load_profile("fast")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A property that is tried on a thousand examples is a slow test."""
    if settings.get_current_profile_name() == "thorough":
        for item in items:
            if isinstance(item, pytest.Function) and getattr(item.obj, "is_hypothesis_test", False):
                item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests leave nothing at home, and find nothing there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPORTREADY_CACHE", str(tmp_path_factory.mktemp("cache")))
        cache.folder.cache_clear()
        yield
