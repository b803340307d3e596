"""How a subagent of Claude Code gets to its chamber: whose call it is, its place, its briefing."""
