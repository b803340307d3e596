"""An MCP server of the same SDK with one tool that does nothing: the floor for every tool."""

from mcp.server import MCPServer
from pydantic import BaseModel


class Nothing(BaseModel):
    """What the tool answers."""

    task_id: str
    next_step: str


def nothing(task_id: str, note: str = "") -> Nothing:
    """Answer at once."""
    return Nothing(task_id=task_id, next_step=note)


def main() -> None:
    """Serve on stdio."""
    server = MCPServer("empty")
    server.add_tool(nothing)
    server.run()


if __name__ == "__main__":
    main()
