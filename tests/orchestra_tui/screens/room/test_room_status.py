from typing import get_args

import pytest

from orchestra_tui.backend.protocols import ServerPhase, ServerStatus
from orchestra_tui.backend.view_model import ViewModel
from orchestra_tui.screens.room.room_status import status_of
from tests.support.samples.documents import NOON


@pytest.mark.parametrize("phase", get_args(ServerPhase))
async def test_every_phase_of_the_server_has_a_label(phase: ServerPhase) -> None:
    status = status_of(
        ViewModel(lambda _: None, lambda: NOON),
        ServerStatus(phase),
        "shop",
        NOON,
        lacks_daemon=False,
    )
    assert status.server
