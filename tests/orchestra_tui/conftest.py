from collections.abc import Iterator

import pytest

from tests.support.room.idle import wait_for_idle
from tests.support.room.shared_styles import share_parsed_styles


@pytest.fixture(scope="session", autouse=True)
def quick_keys() -> Iterator[None]:
    """Keys that a test presses wait less; `Pilot.pause` waits as long as ever."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual.app.wait_for_idle", wait_for_idle)
        yield


@pytest.fixture(scope="session", autouse=True)
def shared_styles() -> Iterator[None]:
    """Hundreds of rooms are opened here, all with the same style sheets."""
    with pytest.MonkeyPatch.context() as patch:
        share_parsed_styles(patch)
        yield
