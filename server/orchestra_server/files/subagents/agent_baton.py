"""The baton that matches a new worktree with the `Agent` call it is made for.

Claude Code runs several `Agent` calls at once, and the `WorktreeCreate` hook does not learn which
call its worktree is for. So one call at a time holds the session's baton: from the answer of its
`PreToolUse` hook until its `WorktreeCreate` hook takes it. A call that ends without a worktree
(denied by another hook, failed) has its result in the transcript, and no longer holds the baton.
"""

import os
import time

from orchestra_core.process.file_lock import locked_file
from orchestra_server.files.hook.json_files import (
    Fields,
    file_name_part,
    read_json,
    remove,
    text,
    write_json,
)

FOLDER = os.path.join("orchestra", "agent-calls")  # in the common git directory
_LOOK_AGAIN = 0.01  # seconds; no event reports that another process has taken a file
_ABANDONED = 86_400  # seconds after which an ended session's file is removed
_RESULT = b'"tool_result"'


class AgentBaton:
    """The baton of one session of the client."""

    def __init__(self, common_dir: str, session_id: str) -> None:
        self._folder = os.path.join(common_dir, FOLDER)
        self._holder = os.path.join(self._folder, f"{file_name_part(session_id)}.json")

    def take(self, call: str, transcript: str, fields: Fields, seconds: float) -> bool:
        """Wait for the baton and hold it for a call; return whether that worked in time.

        `fields` are for the process that makes the worktree. Raises OSError.
        """
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        until = time.monotonic() + seconds
        holding: Fields = {**fields, "call": call, "transcript": transcript}
        holding["offset"] = _size(transcript)  # its result comes later
        while not self._take(holding):
            if time.monotonic() > until or _is_over(holding):
                return False
            time.sleep(_LOOK_AGAIN)
        return True

    def pass_on(self) -> Fields:
        """Take the baton from the call that holds it; return its fields, {} if no call holds it."""
        with locked_file(f"{self._folder}.lock", 0o600):
            holding = read_json(self._holder)
            remove(self._holder)
        return {} if _is_over(holding) else holding

    def _take(self, holding: Fields) -> bool:
        with locked_file(f"{self._folder}.lock", 0o600):
            if not _is_over(read_json(self._holder)):
                return False
            write_json(self._holder, holding)
            self._remove_abandoned()
            return True

    def _remove_abandoned(self) -> None:
        for entry in os.scandir(self._folder):
            try:
                is_abandoned = time.time() - entry.stat().st_mtime > _ABANDONED
            except FileNotFoundError:  # another hook has just taken it
                continue
            if is_abandoned:
                remove(entry.path)


def _size(transcript: str) -> int:
    try:
        return os.stat(transcript).st_size
    except OSError:
        return 0


def _is_over(holding: Fields) -> bool:
    """Tell whether no call holds the baton: none ever did, or the transcript has its result."""
    call, offset = text(holding.get("call")), holding.get("offset")
    if not call or not isinstance(offset, int):
        return True
    of_call = f'"tool_use_id":"{call}"'.encode()
    try:
        with open(text(holding.get("transcript")), "rb") as transcript:
            transcript.seek(offset)
            return any(of_call in line and _RESULT in line for line in transcript)
    except OSError:
        return False


def note_placed(common_dir: str, agent_id: str, fields: Fields) -> None:
    """Note where a subagent is about to start, for the hook of its start; raises OSError."""
    write_json(_placed(common_dir, agent_id), fields)


def take_placed(common_dir: str, agent_id: str) -> Fields:
    """Return the note on a subagent, once; {} for a subagent without a place."""
    fields = read_json(_placed(common_dir, agent_id))
    if fields:
        remove(_placed(common_dir, agent_id))
    return fields


def remove_agent_calls(common_dir: str) -> None:
    """Remove all notes of a repository without chambers; raises OSError."""
    folder = os.path.join(common_dir, FOLDER)
    if os.path.isdir(folder):
        for entry in os.scandir(folder):
            remove(entry.path)
        os.rmdir(folder)
    remove(f"{folder}.lock")


def _placed(common_dir: str, agent_id: str) -> str:
    return os.path.join(common_dir, FOLDER, f"placed.{file_name_part(agent_id)}.json")
