"""The list of tools as MCP shows it: each method with its title and hints."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast, get_type_hints

from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from mcp.types import ToolAnnotations

from orchestra_core.replies.reply import Reply
from orchestra_server.tools.argument_errors import Signature
from orchestra_server.tools.methods.chamber_tools import ChamberTools
from orchestra_server.tools.methods.task_tools import TaskTools
from orchestra_server.tools.methods.worker_tools import WorkerTools
from orchestra_server.tools.server_session import ServerSession
from orchestra_server.tools.surrogates import without_surrogates

_NULL = {"type": "null"}


def build_tools(session: ServerSession) -> list[Tool]:
    """Return every tool of the server, in the order in which a conductor needs them."""
    task, chamber, worker = TaskTools(session), ChamberTools(session), WorkerTools(session)
    return [
        _tool(task.start_task, _changes("Start a task")),
        _tool(chamber.create_chambers_batch, _changes("Create chambers")),
        _tool(worker.get_agent_context, _reads("Brief an agent")),
        _tool(worker.record_agent_action, _changes("Record an action")),
        _tool(worker.share_discovery, _changes("Share a discovery")),
        _tool(task.advance_phase, _changes("Advance the phase", idempotent=False)),
        _tool(task.get_task_status, _reads("Read a task")),
        _tool(chamber.get_parallel_status, _reads("Read the chambers")),
        _tool(chamber.get_conflicts, _reads("Read the conflicts")),
        _tool(chamber.review_chamber, _reads("Review a chamber")),
        _tool(worker.start_worker, _changes("Start a worker")),
        _tool(worker.stop_worker, _changes("Stop a worker")),
        _tool(worker.interrupt_worker, _changes("Interrupt a worker")),
        _tool(worker.cancel_interrupt, _changes("Cancel an interrupt")),
        _tool(worker.resume_worker, _changes("Resume a worker")),
        _tool(worker.answer_request, _changes("Answer a request")),
        _tool(task.complete_task, _changes("Complete a task", destructive=True)),
        _tool(chamber.close_chamber, _changes("Close a chamber", destructive=True)),
        _tool(chamber.restore_chamber, _changes("Restore a chamber")),
    ]


def signature_of(tool: Tool) -> Signature:
    """Return the tool's signature, for messages about its arguments."""
    fields = tool.fn_metadata.arg_model.model_fields
    required = frozenset(name for name, field in fields.items() if field.is_required())
    return Signature(tool.name, tuple(fields), required)


def short_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without the parts that cost tokens and tell a model nothing.

    Those are titles, which repeat the names, and the null allowed for an argument left out.
    """
    short: dict[str, Any] = {}
    for name, part in schema.items():
        if name == "title" and isinstance(part, str):
            continue
        alternatives = [choice for choice in part if choice != _NULL] if name == "anyOf" else []
        if len(alternatives) == 1:
            short |= short_schema(alternatives[0])
        elif not (name == "default" and part is None):
            is_schema = isinstance(part, dict)
            short[name] = short_schema(cast("Mapping[str, Any]", part)) if is_schema else part
    return short


def _reads(title: str) -> ToolAnnotations:
    return ToolAnnotations(title=title, read_only_hint=True, open_world_hint=False)


def _changes(title: str, *, idempotent: bool = True, destructive: bool = False) -> ToolAnnotations:
    return ToolAnnotations(
        title=title,
        read_only_hint=False,
        destructive_hint=destructive,
        idempotent_hint=idempotent,
        open_world_hint=False,
    )


def _tool(method: Callable[..., Awaitable[Reply]], annotations: ToolAnnotations) -> Tool:
    """Make a tool that refuses unknown arguments and whose answer keeps its class's docstring.

    The SDK by itself silently drops unknown arguments, and derives a model from a dataclass without
    the docstring and the default factories.
    """
    tool = Tool.from_function(
        method,
        description=inspect.getdoc(method),
        annotations=annotations,
        structured_output=False,
    )
    model = tool.fn_metadata.arg_model
    model.model_config["extra"] = "forbid"
    model.model_rebuild(force=True)
    tool.parameters = short_schema(model.model_json_schema(by_alias=True))
    reply = get_type_hints(method)["return"]
    tool.fn_metadata = FuncMetadata(arg_model=model, output_model=reply)
    tool.fn = without_surrogates(method)
    return tool
