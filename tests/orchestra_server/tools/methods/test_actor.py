from typing import Any, cast

import pytest

from orchestra_core.models import OPERATOR
from orchestra_server.tools.methods.actor import CONDUCTOR, ROOM_CLIENT, ToolCall, actor_of


class _Named:
    """Stands for the SDK's objects: a call, its request, session, client and the client's info."""

    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)


def a_call(client: str | None) -> ToolCall:
    params = _Named(client_info=_Named(name=client)) if client is not None else None
    request = _Named(session=_Named(client_params=params))
    return cast("Any", _Named(request_context=request))


@pytest.mark.parametrize(
    ("client", "actor"),
    [(ROOM_CLIENT, OPERATOR), ("claude-code", CONDUCTOR), ("", CONDUCTOR), (None, CONDUCTOR)],
)
def test_the_actor_of_a_call_is_the_operator_only_for_the_room(
    client: str | None, actor: str
) -> None:
    assert actor_of(a_call(client)) == actor
