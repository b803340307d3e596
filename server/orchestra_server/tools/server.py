"""The MCP server `orchestration`: tools, resources and the prompt, with errors of one line."""

import logging
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from anyio import AsyncFile
from mcp.server import MCPServer
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
from mcp.types import CallToolResult, InputRequiredResult
from pydantic import AnyUrl, ValidationError

from orchestra_core import __version__
from orchestra_core.errors import OrchestraError, Unknown
from orchestra_core.text import one_line
from orchestra_server.tools.argument_errors import Signature, explain
from orchestra_server.tools.conductor_prompt import INSTRUCTIONS, conduct_prompt
from orchestra_server.tools.resources import offer_resources
from orchestra_server.tools.server_session import Workplace
from orchestra_server.tools.surrogates import mended_object
from orchestra_server.tools.tool_list import offered_tools, signature_of

NAME = "orchestration"
_log = logging.getLogger(__name__)


def build_server(workplace: Workplace) -> "OrchestrationServer":
    """Return the server, ready for a transport; it acts where `workplace` says."""
    server = OrchestrationServer(workplace)
    offer_resources(server, workplace)
    server.add_prompt(conduct_prompt())
    return server


class OrchestrationServer(MCPServer[None]):
    """An MCPServer whose callers read one line for every error, and never a traceback."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        tools = offered_tools(workplace)
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
    def workplace(self) -> Workplace:
        """Where the server's calls act."""
        return self._workplace

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; raises ToolError with one line for whatever goes wrong."""
        signature = self._signatures.get(name)
        if signature is None:
            known = ", ".join(self._signatures)
            raise ToolError(f"unknown tool {one_line(name, 60)!r}; this server has {known}")
        try:
            return await super().call_tool(name, _tidied(arguments, signature), context)
        except ToolError as error:
            raise ToolError(_line(signature, error)) from None

    async def read_resource(
        self, uri: AnyUrl | str, context: Context[None, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """Read a resource; raises ResourceError with one line for whatever goes wrong."""
        try:
            return await super().read_resource(uri, context)
        except ResourceError as error:
            cause = _cause(error)
            if isinstance(cause, Unknown):
                raise ResourceNotFoundError(one_line(str(cause))) from None
            if isinstance(cause, OrchestraError):
                raise ResourceError(one_line(str(cause))) from None
            if isinstance(error, UnexpectedResourceError):
                _log.error("reading %s failed", one_line(str(uri), 200), exc_info=cause)
                raise ResourceError(_unexpected(f"reading {uri}", cause)) from None
            raise ResourceError(
                f"there is no resource {one_line(str(uri), 200)!r}; begin with orchestra://tasks"
            ) from None

    async def serve_streams(self, stdin: AsyncFile[str]) -> None:
        """Serve one client on `stdin` and the process's own stdout until `stdin` ends."""
        lowlevel = self._lowlevel_server
        async with stdio_server(stdin=stdin) as (read_stream, write_stream):
            await lowlevel.run(read_stream, write_stream, lowlevel.create_initialization_options())


@asynccontextmanager
async def _lifespan(server: MCPServer[None]) -> AsyncGenerator[None]:
    if not isinstance(server, OrchestrationServer):
        raise TypeError(server)
    async with server.workplace.open():
        yield


def _line(signature: Signature, error: ToolError) -> str:
    cause = _cause(error)
    if isinstance(cause, OrchestraError):
        return one_line(str(cause))
    if isinstance(cause, ValidationError) and not isinstance(error, UnexpectedToolError):
        return explain(signature, cause.errors(include_url=False))
    _log.error("%s failed", signature.tool, exc_info=cause)
    return _unexpected(signature.tool, cause)


def _cause(error: BaseException) -> BaseException:
    """Return what lies under the SDK's wrappers."""
    while isinstance(error, ToolError | ResourceError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _unexpected(what: str, cause: BaseException) -> str:
    told = one_line(f"{type(cause).__name__}: {cause}", 300)
    return (
        f"{one_line(what, 200)} failed inside the server ({told}); "
        "its log, which is this server's stderr, has the details; try again once"
    )


def _tidied(arguments: Mapping[str, Any], signature: Signature) -> dict[str, Any]:
    """Return the arguments as valid Unicode; null for an optional one is leaving it out."""
    optional = set(signature.names) - signature.required
    return {
        name: value
        for name, value in mended_object(arguments).items()
        if value is not None or name not in optional
    }
