"""The hooks of Claude Code that need the installed program: they have the daemon make chambers.

All other hooks are one file that needs only the standard library (decision 0012). These rare ones
start Orchestra itself, and never talk to a store (decision 0038).
"""
