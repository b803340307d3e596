"""Who is calling, as history names them."""

from typing import Any

from mcp.server.mcpserver import Context

# Request and lifespan types are the transport's affair: no tool reads either.
Caller = Context[None, Any]

CONDUCTOR = "conductor"
OPERATOR = "operator"
# The name under which the room introduces itself to the server it started.
ROOM_CLIENT = "orchestra-room"


def actor_of(caller: Caller) -> str:
    """Return `operator` for the room, `conductor` for every other client."""
    introduced = caller.request_context.session.client_params
    by_room = introduced is not None and introduced.client_info.name == ROOM_CLIENT
    return OPERATOR if by_room else CONDUCTOR
