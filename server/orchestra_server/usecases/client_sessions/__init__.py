"""What Claude Code itself says of its sessions, for what none of its hooks tells."""
