"""Every key of the room in one table, from which bindings, footer, help screen and README are made.

A keymap remaps keys by id; `screens/room/key_commands.py` says what each id does. The remapped keys
are shown everywhere: a process has one room.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Group = Literal["Move", "View", "Act", "General", "Review"]
GROUPS: tuple[Group, ...] = ("Move", "View", "Act", "General")  # groups of the room's help


@dataclass(frozen=True, slots=True)
class Key:
    """One command and its keys: `keys` in Textual's names, comma separated, the usual one first.

    `rank` orders the footer, which shows as many as fit; 0 leaves a key to the help screen.
    """

    keys: str
    id: str
    label: str
    group: Group
    help: str
    rank: int = 0

    @property
    def action(self) -> str:
        """Textual's action: the application's own, or the screen's for the key's command."""
        return self.id if self.id.startswith("app.") else f"run('{self.id}')"

    @property
    def shown_in_footer(self) -> bool:
        """Whether the footer shows it if there is space."""
        return self.rank > 0 and bool(self.keys)

    @property
    def display(self) -> str:
        """The keys as people write them: `j ↓`."""
        return " ".join(map(shown_name, self.keys.split(",")))

    @property
    def first(self) -> str:
        """Only the usual key, as people write it."""
        return self.display.split(" ")[0]


_DISPLAY = {
    "down": "↓",
    "up": "↑",
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "right": "→",
    "left": "←",
    "pageup": "pgup",
    "pagedown": "pgdn",
}

# Characters for which Textual does not use the Unicode name.
_UNICODE = {
    "slash": "solidus",
    "backslash": "reverse_solidus",
    "at": "commercial_at",
    "minus": "hyphen_minus",
    "underscore": "low_line",
    "greater_than_sign": "greater-than_sign",
    "less_than_sign": "less-than_sign",
    "plus": "plus_sign",
}

ROOM_KEYS: tuple[Key, ...] = (
    Key("j,down", "cursor_down", "down", "Move", "Next line"),
    Key("k,up", "cursor_up", "up", "Move", "Previous line"),
    Key("g,home", "cursor_first", "first", "Move", "First line"),
    Key("G,end", "cursor_last", "last", "Move", "Last line"),
    Key("ctrl+d,pagedown", "page_down", "page down", "Move", "Page down"),
    Key("ctrl+u,pageup", "page_up", "page up", "Move", "Page up"),
    Key("tab", "next_pane", "next pane", "Move", "Next pane", rank=8),
    Key("shift+tab", "previous_pane", "previous pane", "Move", "Previous pane"),
    Key("1", "pane.tasks", "tasks", "Move", "Go to Tasks"),
    Key("2", "pane.chambers", "chambers", "Move", "Go to Chambers"),
    Key("3", "pane.discoveries", "discoveries", "Move", "Go to Discoveries"),
    Key("4", "pane.detail", "detail", "Move", "Go to Detail"),
    Key(
        "space", "next_in_need", "next", "View",
        "Next worker that needs you, in any task", rank=3,
    ),
    Key("enter", "open", "open", "View", "Do what the row says, or show details", rank=1),
    Key("escape", "back", "back", "View", "Clear the filter, or go back", rank=9),
    Key("right_square_bracket,l,right", "next_tab", "next tab", "View", "Next tab"),
    Key("left_square_bracket,h,left", "previous_tab", "previous tab", "View", "Previous tab"),
    Key("slash", "filter", "filter", "View", "Filter the list or the transcript", rank=5),
    Key("plus", "enlarge", "larger", "View", "Enlarge the pane, then fill the screen"),
    Key("underscore", "shrink", "smaller", "View", "Make the pane smaller again"),
    Key("greater_than_sign", "sort_next", "sort", "View", "Sort the list by its next column"),
    Key(
        "less_than_sign", "sort_previous", "sort back", "View",
        "Sort the list by its previous column",
    ),
    Key("v", "all_chambers", "one task", "View", "Show all tasks, or the selected one"),
    Key("a", "finished", "ended", "View", "Show or hide what has ended"),
    Key("e", "events", "events", "View", "Show or hide the drawer of events", rank=6),
    Key("d", "open_review", "review", "View", "Review the chamber's changes", rank=2),
    Key(
        "y", "copy", "copy", "View",
        "Copy the selection, or choose what to copy",
    ),
    Key("i", "interrupt", "interrupt", "Act", "Interrupt the chamber's worker", rank=1),
    Key("I", "interrupt_all", "interrupt all", "Act", "Interrupt all workers of the task"),
    Key("A", "answer", "answer", "Act", "Answer this worker, or the longest waiting"),
    Key("s", "stop", "stop", "Act", "Ask the worker to stop and report"),
    Key("S", "suspend", "suspend", "Act", "Suspend the worker: block its tools"),
    Key("r", "resume", "resume", "Act", "Resume a suspended worker"),
    Key("u", "cancel_mail", "cancel", "Act", "Cancel the newest unread message"),
    Key("w", "start_worker", "start", "Act", "Start an agent in the chamber", rank=2),
    Key("W", "end_worker", "end", "Act", "End the agent in the chamber (asks first)", rank=6),
    Key(
        "o", "take_over", "take over", "Act",
        "Continue its conversation in a tmux window",
    ),
    Key("n", "start_task", "new task", "Act", "Start a task, and workers with it", rank=4),
    Key("c", "create_chambers", "chambers", "Act", "Create chambers for the task", rank=4),
    Key("x", "close_chamber", "close", "Act", "Close the chamber (asks first)", rank=6),
    Key("L", "land", "land", "Act", "Land the task: shows the dry run first", rank=3),
    Key("R", "restore_chamber", "restore", "Act", "Restore a closed chamber"),
    Key("t", "app.theme", "theme", "General", "Toggle the light theme"),
    Key("colon,ctrl+p", "app.palette", "commands", "General", "Search all commands"),
    Key("question_mark", "help", "help", "General", "Show all keys", rank=7),
    Key("q", "app.quit", "quit", "General", "Quit; the agents keep working", rank=7),
)  # fmt: skip

REVIEW_KEYS: tuple[Key, ...] = (
    Key("c,enter", "review.comment", "comment", "Review", "Comment on the line", rank=1),
    Key("s", "review.send", "send", "Review", "Send the comments to the worker", rank=2),
    Key(
        "space", "review.seen", "seen", "Review",
        "Mark as seen, then go to the next unseen", rank=3,
    ),
    Key("l,right", "review.next_hunk", "next hunk", "Review", "Next hunk, or file", rank=5),
    Key("h,left", "review.previous_hunk", "previous hunk", "Review", "Previous hunk, or file"),
    Key("tab,right_square_bracket", "review.next_file", "next file", "Review", "Next file", rank=4),
    Key(
        "shift+tab,left_square_bracket", "review.previous_file", "previous file", "Review",
        "Previous file",
    ),
    Key("v", "review.choose", "choose lines", "Review", "Choose several lines to comment on"),
    Key("x", "review.drop", "delete", "Review", "Delete the comment on the line"),
    Key("w", "review.split", "side by side", "Review", "Toggle side by side", rank=7),
    Key("u", "review.part", "part", "Review", "Show all, committed or uncommitted work", rank=6),
    Key("slash", "review.search", "search", "Review", "Search in all files", rank=8),
    Key("n", "review.next_match", "next match", "Review", "Next match"),
    Key("N", "review.previous_match", "previous match", "Review", "Previous match"),
    Key("f", "review.reload", "reload", "Review", "Reload the diff"),
    Key("escape,q,d", "review.leave", "back", "Review", "Back to the room", rank=9),
)  # fmt: skip
KEYS: tuple[Key, ...] = (*ROOM_KEYS, *REVIEW_KEYS)
_SHARED = (
    "cursor_down", "cursor_up", "cursor_first", "cursor_last", "page_down", "page_up",
    "help", "app.theme",
)  # fmt: skip


def in_footer() -> list[Key]:
    """Return the keys of the room's footer, the most important first."""
    return _by_rank(key for key in present_keys() if key.group != "Review")


def in_review_footer() -> list[Key]:
    """Return the keys of a review's footer, the most important first."""
    return _by_rank(in_group("Review"))


def keys_of_review() -> list[Key]:
    """Return every key of a review, including those shared with the room."""
    return [key for key in present_keys() if key.group == "Review" or key.id in _SHARED]


def _by_rank(keys: Iterable[Key]) -> list[Key]:
    return sorted((key for key in keys if key.shown_in_footer), key=lambda key: key.rank)


def in_group(group: Group) -> list[Key]:
    """Return a group's keys in the table's order."""
    return [key for key in present_keys() if key.group == group]


def key_of(key_id: str) -> Key:
    """Return the key with an id; raises KeyError if there is none."""
    return _BY_ID[key_id]


def present_keys() -> list[Key]:
    """Return the table with the current keys."""
    return list(_BY_ID.values())


def remap_keys(keymap: Mapping[str, str]) -> None:
    """Set these keys, by id; all others keep the table's own."""
    for key in KEYS:
        _BY_ID[key.id] = replace(key, keys=keymap.get(key.id, key.keys))


_BY_ID = {key.id: key for key in KEYS}


def shown_name(name: str) -> str:
    """Return how people write a key, from Textual's name."""
    if name in _DISPLAY or len(name) <= 1:
        return _DISPLAY.get(name, name)
    modifiers, plus, base = name.rpartition("+")
    try:
        character = unicodedata.lookup(_UNICODE.get(base, base).replace("_", " ").upper())
    except KeyError:
        return name
    is_seen = character.isprintable() and not character.isspace()
    return f"{modifiers}{plus}{character}" if is_seen else name


def readme_table(keys: Iterable[Key] = ROOM_KEYS) -> str:
    """Return the keys as the Markdown table of the README."""
    lines = ["| key | does |", "|---|---|"]
    for key in keys:
        shown = " ".join(f"`{shown_name(name)}`" for name in key.keys.split(","))
        lines.append(f"| {shown} | {key.help} |")
    return "\n".join(lines) + "\n"
