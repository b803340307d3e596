"""A command that creates, shows, lands or closes chambers, as sent to the process that runs it."""

from typing import Literal, get_args

from msgspec import Struct

from orchestra_core.replies.review import DiffPart

CommandName = Literal["create", "diff", "land", "close"]
CHAMBER_COMMANDS: tuple[CommandName, ...] = get_args(CommandName)


class ChamberCommand(Struct, frozen=True, kw_only=True):
    """One command; each kind reads its own fields. `root` is the working tree it is typed in.

    `land` plans first; the step that changes something follows once the operator has agreed.
    """

    name: CommandName
    root: str
    json: bool = False
    task: str = ""
    confirm: bool = False
    chamber: str = ""
    # create
    chambers: tuple[str, ...] = ()
    title: str = ""
    start: bool = False
    agent: str = ""
    policy: str = "edits"
    # diff
    part: DiffPart = "committed"
    stat: bool = False
    columns: int = 80
    terminal: bool = False  # it is shown to a person, in their pager
    # land
    step: Literal["plan", "land"] = "plan"
    only: tuple[str, ...] = ()
    partial: bool = False
    again: bool = False
    summary: str = ""
    # Facts about the process it is typed into.
    environ: dict[str, str] = {}
    umask: int | None = None
