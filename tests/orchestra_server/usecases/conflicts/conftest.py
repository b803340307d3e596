"""A scene of two chambers that are watched."""

from collections.abc import AsyncIterator

import pytest

from orchestra_server.usecases.common.transaction import Context
from tests.support.git.conflict_scene import Scene, radar_scene


@pytest.fixture
async def scene(context: Context) -> AsyncIterator[Scene]:
    async with radar_scene(context) as scene:
        yield scene
