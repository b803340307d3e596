"""The hooks of Claude Code that need the installed program: they make chambers, by the daemon.

All other hooks are one file of standard library (decision 0012); these start Orchestra itself,
seldom, and never talk to a store (decision 0038).
"""
