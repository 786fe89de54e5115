"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from exportready.runtime import cache


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests leave nothing at home, and find nothing there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPORTREADY_CACHE", str(tmp_path_factory.mktemp("cache")))
        cache.folder.cache_clear()
        yield
