"""What an empty pane says: why it is empty, and which key to press."""

CONNECTING = "Connecting…"
NO_TASK = "The chambers of the open tasks show here."
TASKS = "No tasks yet. Press n to start one, or ask your agent to conduct one."
NO_OPEN_CHAMBER = "No chamber is open."
CHAMBERS = "No chambers yet. Press c to create some."
DISCOVERIES = "No discoveries yet."
FEED = "Nothing has happened yet."
DETAIL = "Nothing selected. Press tab to switch panes, j and k to move."
ACTIVITY = "The worker has not reported anything yet."
TRANSCRIPT = "Its worker has said nothing yet."
MAIL = "No messages. Press i to interrupt the worker."
BRIEFING = "No briefing."


def no_match(filter_text: str) -> str:
    """Return what a table says when its filter matches nothing."""
    return f"Nothing matches “{filter_text}”. Press esc to clear the filter."
