"""The protocol's tool calls, under the names that Claude Code has for the same actions."""

import shlex
from dataclasses import dataclass, field
from typing import cast

from orchestra_core.text import one_line
from orchestra_server.agents.acp.messages import ToolCall, ToolContent, fields_of, text_of

_PATH_NAMES = ("file_path", "filePath", "filepath", "absolute_path", "path", "file_name")
_SHELLS = ("bash", "sh", "zsh", "/bin/bash", "/bin/sh", "/bin/zsh")
_TITLE = 300


@dataclass(slots=True)
class CallState:
    """What is known of a call; updates add to it piece by piece."""

    id: str
    directory: str
    title: str = ""
    kind: str = ""
    raw_input: dict[str, object] = field(default_factory=dict[str, object])
    content: list[ToolContent] = field(default_factory=list[ToolContent])
    locations: tuple[str, ...] = ()
    output: str = ""
    is_told: bool = False  # ToolBegan was reported

    def update(self, call: ToolCall) -> None:
        """Take in an update."""
        self.title = one_line(call.title, _TITLE) if call.title else self.title
        self.kind = call.kind or self.kind
        self.raw_input.update(fields_of(call.raw_input))
        if call.content is not None:
            self.content = call.content
        if call.locations:
            self.locations = tuple(each.path for each in call.locations if each.path)
        self.output = text_of(call.raw_output) or self.output

    @property
    def words(self) -> str:
        """The tool's answer."""
        return self.output or "\n".join(block.words for block in self.content if block.words)

    def tool(self) -> tuple[str, dict[str, object]]:
        """Return the tool and its arguments.

        A call on several files has a tool name of its own, so that no rule for one file covers it.
        """
        if self.kind == "execute":
            return "Bash", {"command": self._command()}
        files = self._files()
        if len(files) > 1:
            return f"{self._name()}Files", {"files": sorted(files)}
        file, url = next(iter(files), ""), self.raw_input.get("url")
        if self.kind == "edit" and file:
            return self._edit(file)
        if self.kind == "read" and file:
            return "Read", {"file_path": file}
        if self.kind == "fetch" and isinstance(url, str):
            return "WebFetch", {"url": url}
        place: dict[str, object] = {"path": file} if file else {}
        return self._name(), {**place, **self.raw_input}

    def _name(self) -> str:
        return (self.kind or "other").replace("_", " ").title().replace(" ", "")

    def _edit(self, file: str) -> tuple[str, dict[str, object]]:
        change = next((block for block in self.content if block.type == "diff"), None)
        if change is None:
            return "Edit", {**self.raw_input, "file_path": file}
        if change.old_text is None:
            return "Write", {"file_path": file, "content": change.new_text}
        changed = {"old_string": change.old_text, "new_string": change.new_text}
        return "Edit", {"file_path": file, **changed}

    def _files(self) -> set[str]:
        """Return the files that the call names, or its locations if it names none."""
        diffs = {block.path for block in self.content if block.type == "diff" and block.path}
        values = [self.raw_input.get(name) for name in _PATH_NAMES]
        named = {value for value in values if isinstance(value, str) and value}
        return {self._absolute(path) for path in {*diffs, *named} or set(self.locations)}

    def _absolute(self, path: str) -> str:
        return path if path.startswith("/") else f"{self.directory}/{path}"

    def _command(self) -> str:
        """Return the command, after a `cd` if it does not run in the session's directory."""
        command = self.raw_input.get("command")
        if isinstance(command, list):
            match [str(word) for word in cast("list[object]", command)]:
                case [shell, "-c" | "-lc", script] if shell in _SHELLS:
                    command = script
                case words:
                    command = shlex.join(words)
        text = command if isinstance(command, str) else self.title
        where = self.raw_input.get("cwd")
        if isinstance(where, str) and where and self._absolute(where) != self.directory:
            return f"cd {shlex.quote(where)} && {text}"
        return text
