"""The texts for a conductor: the server's instructions and the prompt `conduct`."""

from importlib.resources import files
from typing import Annotated

from mcp.server.mcpserver.prompts import Prompt
from pydantic import Field

# Clients show this to their model at the start; Claude Code cuts it off at 2 KB.
INSTRUCTIONS = (
    files("orchestra_server.tools").joinpath("instructions.md").read_text(encoding="utf-8").strip()
)
_PLAYBOOK = files("orchestra_server.tools").joinpath("conduct.md").read_text(encoding="utf-8")
_REQUEST_MARK = "{request}"
_NO_REQUEST = (
    "(None was given with this prompt: take the user's latest request in this conversation, "
    "or ask for it.)"
)

Request = Annotated[str, Field(description="What the user wants done, in full.")]


def conduct(request: Request = "") -> str:
    """Carry out a request with several workers at once: the conductor's playbook."""
    return _PLAYBOOK.replace(_REQUEST_MARK, request.strip() or _NO_REQUEST)


def conduct_prompt() -> Prompt:
    """Return the prompt as MCP shows it."""
    return Prompt.from_function(conduct, title="Conduct")
