"""Which calls of Orchestra's tools come from workers: hooks note that before a client calls."""

from pathlib import Path

from orchestra_server.files.hook.json_files import read_json, text
from orchestra_server.files.hook.tool_guard import note_path, refusal
from orchestra_server.files.spool.spool_folder import SPOOL_IN_GIT


def worker_refusal(common_dir: Path, tool: str, call_id: str) -> str:
    """Return why a call is refused, "" if no hook has noted it as a worker's."""
    note = read_json(note_path(str(common_dir / SPOOL_IN_GIT), call_id)) if call_id else {}
    root = text(note.get("root"))
    return refusal(tool, text(note.get("chamber")), root) if root else ""
