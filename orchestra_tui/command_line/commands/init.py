"""`orchestra init`: registers Orchestra in a repository, or removes it again."""

import sys
from collections.abc import Sequence
from pathlib import Path

from orchestra_server.files.clients.agent_clients import find_agent_client
from orchestra_server.files.installation.install import initialise
from orchestra_server.files.installation.install import undo as take_out
from orchestra_server.usecases.common.hide_orchestra_files import hide_orchestra_files
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.print_output import print_lines

_NEXT = "Now open Claude Code here and ask it to conduct; 'orchestra' shows what happens."


def run(
    place: CommandContext,
    *,
    undo: bool,
    isolation: bool = True,
    worktrees: bool = True,
    agents: Sequence[str] = (),
) -> int:
    """Install or remove, and print each thing that was done."""
    project = place.project()
    if undo:
        print_lines(take_out(project.root) or ["There was nothing of Orchestra's to remove."])
        return 0
    others = [find_agent_client(name) for name in agents if name != "claude"]
    done = initialise(
        project.root,
        Path(sys.executable),
        isolation=isolation,
        worktrees=worktrees,
        agents=[agent.name for agent in others],
    )
    hide_orchestra_files(project.git_dir, project.root)
    for agent in others:
        done += ["", f"{agent.name}: {agent.can}.", f"Its limits: {agent.cannot}."]
    if not done:
        print_lines(["Everything is set up already."])
        return 0
    print_lines(
        [*done, "", "Now open Claude Code here and ask it to conduct; 'orchestra' shows it."]
    )
    return 0
