"""The plugin with which opencode runs Orchestra's hook: it has plugins, but no hook commands.

It is written to `.opencode/plugins/orchestra.js` of a chamber, which opencode loads by itself. A
session that becomes idle under `opencode run` ends at once, so mail is left for the next session
there.
"""

import json

from orchestra_server.files.hook_setup.shell_guard import (
    Command,
    closed_first,
    guarded,
    reported,
)

_SOURCE = """\
// Orchestra: shows this chamber's mail to its worker. Written by Orchestra; do not edit.
import { spawnSync } from "node:child_process"

const MAIL = @MAIL@
const TOLD = @TOLD@
const ENDED = @ENDED@
const ENDS = process.argv.includes("run")

function ask(command, event, directory, sessionID, more = {}) {
  const payload = { hook_event_name: event, session_id: sessionID, cwd: directory, ...more }
  const input = JSON.stringify(payload)
  const options = { input, cwd: "/", encoding: "utf8", timeout: 10000 }
  const ended = spawnSync("/bin/sh", ["-c", command], options)
  try {
    return JSON.parse(ended.stdout)
  } catch {
    return {}
  }
}

export const Orchestra = async ({ client, directory }) => ({
  "chat.message": async (input, output) => {
    const answer = ask(TOLD, "UserPromptSubmit", directory, input.sessionID)
    const words = answer.hookSpecificOutput?.additionalContext
    const said = output.parts.find((part) => part.type === "text")
    if (words && said) said.text += `\n\n${words}`
  },
  "tool.execute.before": async (input, output) => {
    const call = { tool_name: input.tool, tool_input: output.args }
    const answer = ask(MAIL, "PreToolUse", directory, input.sessionID, call)
    const specific = answer.hookSpecificOutput ?? {}
    if (specific.permissionDecision === "deny") throw new Error(specific.permissionDecisionReason)
  },
  event: async ({ event }) => {
    if (event.type !== "session.idle") return
    const id = event.properties.sessionID
    const answer = ask(ENDED, ENDS ? "SessionEnd" : "Stop", directory, id)
    if (answer.decision !== "block") return
    const parts = [{ type: "text", text: answer.reason }]
    await client.session.prompt({ path: { id }, body: { parts } })
  },
})
"""


def plugin(_text: str, _name: str, command: Command) -> str:
    """Return the plugin; it replaces the file's text: a file with this name is Orchestra's."""
    events = {"@MAIL@": "PreToolUse", "@TOLD@": "UserPromptSubmit", "@ENDED@": "Stop"}
    source = _SOURCE
    for place, event in events.items():
        report = reported(command, event, "opencode")
        line = closed_first(command, event) + guarded(command, command.mail, "opencode", report)
        source = source.replace(place, json.dumps(line))
    return source
