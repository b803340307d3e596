"""What Claude Code itself says about its sessions, where none of its hooks reports it."""
