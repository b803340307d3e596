"""How a Claude Code subagent gets to its chamber: matching its call, its place, its briefing."""
