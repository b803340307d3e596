"""Which calls of Orchestra's tools are a worker's: hooks note it before a client makes the call."""

from pathlib import Path

from orchestra_server.files.hook.json_files import read_json, text
from orchestra_server.files.hook.tool_guard import note_path, refusal
from orchestra_server.files.spool.spool_folder import SPOOL_IN_GIT


def worker_refusal(common_dir: Path, tool: str, call_id: str) -> str:
    """Return why a call is refused, "" for one that no hook has noted as a worker's."""
    note = read_json(note_path(str(common_dir / SPOOL_IN_GIT), call_id)) if call_id else {}
    root = text(note.get("root"))
    return refusal(tool, text(note.get("chamber")), root) if root else ""
