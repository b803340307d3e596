"""The beginning of a session: versions, the account, and the conversation to continue."""

from orchestra_core.errors import Refused
from orchestra_core.text import one_line
from orchestra_server.agents.acp import messages
from orchestra_server.agents.acp.known_agents import KnownAgent, known_agent
from orchestra_server.agents.acp.messages import RpcMessage
from orchestra_server.agents.agent_driver import Abilities, ConversationLost, Launch
from orchestra_server.agents.reports import Started

_INITIALIZE, _OPEN, _SET_MODE = 1, 2, 3
FIRST_PROMPT = 10  # ids of later calls


class Handshake:
    """What is said before the first prompt."""

    def __init__(self, launch: Launch) -> None:
        self.session = launch.conversation
        self.is_done = False
        self.abilities = Abilities(resumes=False)
        self._launch = launch
        self._known = KnownAgent()
        self._version = ""

    def begin(self) -> tuple[bytes, ...]:
        """Return the first call."""
        return (messages.request(_INITIALIZE, "initialize", messages.initialize()),)

    def take(self, message: RpcMessage) -> tuple[bytes, ...]:
        """Take in an answer and return the next call; raises Refused."""
        if message.id not in (_INITIALIZE, _OPEN):
            return ()
        if message.error:
            raise self._refusal(message.error)
        return self._open(message) if message.id == _INITIALIZE else self._opened(message)

    def started(self) -> Started:
        """Return the report that the session has begun."""
        return Started(self.session, version=self._version)

    def _open(self, message: RpcMessage) -> tuple[bytes, ...]:
        answer, name = messages.decoded(message.result, messages.Initialized), self._launch.agent
        if answer.protocol_version != messages.PROTOCOL_VERSION:
            raise Refused(
                f"{name} speaks version {answer.protocol_version} of the Agent Client Protocol and "
                f"version {messages.PROTOCOL_VERSION} is needed; install a release that has it"
            )
        told, can = answer.agent_info or messages.Implementation(), answer.agent_capabilities
        self._known, self._version = known_agent(told.name), told.version
        has_resume = can.session_capabilities.resume is not None
        self.abilities = Abilities(
            resumes=has_resume or can.load_session,
            takes_words_in_a_turn=self._known.takes_words_in_a_turn,
            tells_cost=self._known.tells_cost,
        )
        params: messages.Json = {"cwd": str(self._launch.directory), "mcpServers": []}
        if not self.session:
            return (messages.request(_OPEN, "session/new", params),)
        if not self.abilities.resumes:
            raise ConversationLost(f"{name} cannot go on with a conversation; begin a new one")
        method = "session/resume" if has_resume else "session/load"
        return (messages.request(_OPEN, method, {**params, "sessionId": self.session}),)

    def _opened(self, message: RpcMessage) -> tuple[bytes, ...]:
        opened = messages.OpenedSession()
        if bytes(message.result) not in (b"", b"null"):
            opened = messages.decoded(message.result, messages.OpenedSession)
        self.session = opened.session_id or self.session
        self.is_done = True
        wanted, modes = self._known.asking_mode, opened.modes
        if not wanted or modes is None or modes.current_mode_id == wanted:
            return ()
        params: messages.Json = {"sessionId": self.session, "modeId": wanted}
        return (messages.request(_SET_MODE, "session/set_mode", params),)

    def _refusal(self, error: messages.RpcError) -> Refused:
        name, words = self._launch.agent, one_line(error.words, 600)
        if error.code == messages.AUTH_REQUIRED or "authenticat" in words.lower():
            cure = "start it in a terminal and sign in, or give it a key in its environment"
            return Refused(f"nobody is signed in to {name}; {cure} (it said: {words})")
        if self.session:
            return ConversationLost(f"{name} cannot go on with its conversation: {words}")
        return Refused(f"{name} cannot begin: {words}")
