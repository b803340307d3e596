"""Who makes a call, as the history names them."""

from typing import Any

from mcp.server.mcpserver import Context

from orchestra_core.models import OPERATOR

# What the SDK passes to a tool about the call; no tool reads its lifespan or request type.
ToolCall = Context[None, Any]

CONDUCTOR = "conductor"
# The client name that the room sends to the server it started.
ROOM_CLIENT = "orchestra-room"


def actor_of(call: ToolCall) -> str:
    """Return `operator` for the room, `conductor` for every other client."""
    client = call.request_context.session.client_params
    by_room = client is not None and client.client_info.name == ROOM_CLIENT
    return OPERATOR if by_room else CONDUCTOR
