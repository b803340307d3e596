"""The MCP server `orchestration`: tools, resources and the prompt, with one-line errors."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from anyio import AsyncFile
from mcp.server import MCPServer
from mcp.server.lowlevel import NotificationOptions
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import (
    ResourceError,
    ResourceNotFoundError,
    ToolError,
    UnexpectedResourceError,
    UnexpectedToolError,
)
from mcp.server.stdio import stdio_server
from mcp.types import CallToolResult, InputRequiredResult, Resource
from pydantic import AnyUrl, ValidationError

from orchestra_core import __version__
from orchestra_core.errors import OrchestraError, Unknown, unavailable
from orchestra_core.text import one_line
from orchestra_core.worker_state import limits_of
from orchestra_server.files.spool.worker_calls import worker_refusal
from orchestra_server.tools.argument_errors import Signature, explain
from orchestra_server.tools.conductor_prompt import INSTRUCTIONS, conduct_prompt
from orchestra_server.tools.methods.actor import CONDUCTOR
from orchestra_server.tools.resources import add_resources, listed_resources
from orchestra_server.tools.server_session import ServerSession
from orchestra_server.tools.surrogates import replace_surrogates_in_object
from orchestra_server.tools.tool_list import build_tools, signature_of
from orchestra_server.tools.transport.answer_filter import AnswerFilter
from orchestra_server.tools.transport.first_questions import RequestId

NAME = "orchestration"
CALL_ID = "claudecode/toolUseId"  # as Claude Code's hooks get it
_CHANGING_RESOURCES = frozenset(
    ("start_task", "create_chambers_batch", "complete_task", "close_chamber", "restore_chamber")
)
_log = logging.getLogger(__name__)


def build_server(session: ServerSession) -> "OrchestrationServer":
    """Return the server, ready for a transport; `session` has the project it acts on."""
    server = OrchestrationServer(session)
    add_resources(server, session)
    server.add_prompt(conduct_prompt())
    return server


class OrchestrationServer(MCPServer[None]):
    """An MCPServer that answers every error with one line and never a traceback."""

    def __init__(self, session: ServerSession) -> None:
        self._session = session
        tools = build_tools(session)
        self._signatures = {tool.name: signature_of(tool) for tool in tools}
        super().__init__(
            NAME,
            title="Orchestra",
            description="The control room for parallel coding agents on one git repository",
            instructions=INSTRUCTIONS,
            version=__version__,
            tools=tools,
            log_level="WARNING",
            lifespan=_lifespan,
        )

    @property
    def session(self) -> ServerSession:
        """The project and store that the server's calls act on."""
        return self._session

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; every failure is a ToolError of one line."""
        signature = self._signatures.get(name)
        if signature is None:
            tool_names = ", ".join(self._signatures)
            raise ToolError(f"unknown tool {one_line(name, 60)!r}; this server has {tool_names}")
        if context is not None and (refusal := await self._refusal(name, context)):
            raise ToolError(refusal)
        try:
            result = await super().call_tool(name, _clean_arguments(arguments, signature), context)
        except ToolError as error:
            raise ToolError(_error_line(signature, error)) from None
        if context is not None and name in _CHANGING_RESOURCES:
            await context.notify_resources_changed()
        return result

    async def _refusal(self, tool: str, context: Context[None, Any]) -> str:
        """Return why a worker's call is refused; hooks know who makes a client's call."""
        call_id = (context.request_context.meta or {}).get(CALL_ID)
        if not isinstance(call_id, str):
            return ""
        try:
            common_dir = self._session.project().git_dir
            return await asyncio.to_thread(worker_refusal, common_dir, tool, call_id)
        except OrchestraError:  # the call itself reports what is missing
            return ""

    async def list_resources(self) -> list[Resource]:
        """Return the fixed resources, then the open tasks and their chambers."""
        fixed = await super().list_resources()
        try:
            context = await self._session.context(CONDUCTOR)
            state = await context.store.snapshot()
        except OrchestraError:  # a call reports what is wrong
            return fixed
        limits = limits_of(context.settings)
        return [*fixed, *listed_resources(state, limits, context.clock())]

    async def read_resource(
        self, uri: AnyUrl | str, context: Context[None, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """Read a resource; every failure is a ResourceError of one line."""
        try:
            return await super().read_resource(uri, context)
        except ResourceError as error:
            cause = _root_cause(error)
            if isinstance(cause, Unknown):
                raise ResourceNotFoundError(one_line(str(cause))) from None
            if isinstance(cause, OrchestraError):
                raise ResourceError(one_line(str(cause))) from None
            if isinstance(error, UnexpectedResourceError):
                _log.error("reading %s failed", one_line(str(uri), 200), exc_info=cause)
                raise ResourceError(_unexpected_error(f"reading {uri}", cause)) from None
            raise ResourceError(
                f"there is no resource {one_line(str(uri), 200)!r}; begin with orchestra://tasks"
            ) from None

    async def serve_streams(
        self, stdin: AsyncFile[str], answered: frozenset[RequestId] = frozenset()
    ) -> None:
        """Serve one client on `stdin` and the process's stdout until `stdin` ends.

        The client already has the answers to the ids in `answered`.
        """
        lowlevel = self._lowlevel_server
        async with stdio_server(stdin=stdin) as (read_stream, write_stream):
            options = lowlevel.create_initialization_options(
                NotificationOptions(resources_changed=True)
            )
            await lowlevel.run(read_stream, AnswerFilter(write_stream, answered), options)


@asynccontextmanager
async def _lifespan(server: MCPServer[None]) -> AsyncGenerator[None]:
    if not isinstance(server, OrchestrationServer):
        raise TypeError(server)
    async with server.session.open():
        yield


def _error_line(signature: Signature, error: ToolError) -> str:
    cause = _root_cause(error)
    if isinstance(cause, OrchestraError):
        return one_line(str(cause))
    if isinstance(cause, ValidationError) and not isinstance(error, UnexpectedToolError):
        return explain(signature, cause.errors(include_url=False))
    if isinstance(cause, OSError) and cause.filename:
        return one_line(str(unavailable(cause)))
    _log.error("%s failed", signature.tool, exc_info=cause)
    return _unexpected_error(signature.tool, cause)


def _root_cause(error: BaseException) -> BaseException:
    """Return the exception inside the SDK's wrappers."""
    while isinstance(error, ToolError | ResourceError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _unexpected_error(what: str, cause: BaseException) -> str:
    detail = one_line(f"{type(cause).__name__}: {cause}", 300)
    return (
        f"{one_line(what, 200)} failed inside the server ({detail}); "
        "its log, which is this server's stderr, has the details; try again once"
    )


def _clean_arguments(arguments: Mapping[str, Any], signature: Signature) -> dict[str, Any]:
    """Return the arguments as valid Unicode, without optional ones that are null."""
    optional = set(signature.names) - signature.required
    return {
        name: value
        for name, value in replace_surrogates_in_object(arguments).items()
        if value is not None or name not in optional
    }
