"""Starts the user's own Claude Code in a chamber."""

from uuid import uuid4

from orchestra_server.agents.agent_driver import Launch, Session
from orchestra_server.agents.claude.claude_dialect import ClaudeDialect
from orchestra_server.agents.process_session import start_session

# It asks for everything that is not clearly harmless; the reader of its reports decides.
_OPTIONS = (
    *("-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose"),
    *("--permission-mode", "default", "--permission-prompt-tool", "stdio"),
)


class ClaudeDriver:
    """Starts sessions of Claude Code."""

    async def start(self, launch: Launch) -> Session:
        """Start Claude Code; raises Refused with one line."""
        conversation = launch.conversation or str(uuid4())
        begun = "--resume" if launch.conversation else "--session-id"
        command = [*launch.command, *_OPTIONS, begun, conversation]
        is_resumed = bool(launch.conversation)
        dialect = ClaudeDialect(launch.agent, conversation, is_resumed=is_resumed)
        return await start_session(launch, command, dialect)
