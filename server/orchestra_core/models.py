"""The documents that Redis holds, one frozen struct each; times are milliseconds since 1970.

A document is stored as JSON in one field of one hash. It also travels whole inside the event that
changed it, so that replaying the events gives the very same state. `0` and `""` mean "not yet".

What a state means for others is a property here, and nowhere else. `is_over` is true of a document
that reaches no further state by itself.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from orchestra_core.names import chamber_id
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.presence import Presence, RequestKind
from orchestra_core.workers.started_worker import Spent, StartedWorker

Level = Literal["trivial", "simple", "moderate", "complex", "very-complex"]
Ending = Literal["", "merge", "save"]
TaskState = Literal["open", "completing", "completed", "closed"]
ChamberState = Literal["creating", "live", "closing", "closed", "failed"]
Severity = Literal["info", "important", "critical"]
Requires = Literal["review", "stop", "suspend"]
InterruptState = Literal["sent", "posted", "delivered", "acted", "cancelled", "expired"]
ConflictState = Literal["open", "clear"]
RequestState = Literal["open", "answered", "withdrawn"]
AnswerName = Literal["allow", "allow-like", "deny", "choose"]
Work = Literal["", "none", "uncommitted", "committed"]

# Two sets for programs that have only the name of a state, such as `orchestra status`.
OVER_TASK = ("completed", "closed")
STANDING_CHAMBER = ("creating", "live", "closing")
_EXPECTING_WORKER = ("creating", "live")
_WITH_WORK = ("live", "closing")
_UNREAD = ("sent", "posted")
_WITHDRAWN = ("cancelled", "expired")
_OVER_INTERRUPT = ("acted", *_WITHDRAWN)

OPERATOR = "operator"  # the actor of a person's actions
BASE = "base"  # the side of a conflict that is not a chamber
MERGED = "its work is merged"  # how a closed chamber's note begins if all its work was merged


class Phase(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of a task's plan."""

    name: str
    started_at: int = 0
    finished_at: int = 0
    by: str = ""


class Task(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request, from `start_task` on."""

    id: str
    description: str
    complexity: Level
    reasons: tuple[str, ...] = ()
    working_directory: str
    clone: str = ""  # the clone it was started in, with its working directory
    base_branch: str = ""  # where the work lands; empty on a detached HEAD
    base_commit: str = ""
    state: TaskState = "open"
    phases: tuple[Phase, ...] = ()
    phase: str = ""  # the current phase's name
    actor: str = ""
    started_at: int
    finished_at: int = 0
    summary: str = ""
    landed_commit: str = ""
    limit_told: int = 0  # the limit in dollars that people were told is nearly used up
    dollars_allowed: float = 0.0  # up to which amount somebody has let its workers go on
    limit_request: str = ""  # the last request that asked people about its limit
    # While it is completing, so that a start after a crash knows what was intended:
    completing_clone: str = ""
    completing_at: int = 0  # identifies the attempt, for the clones that are asked for their work
    confirmed: bool = False  # that attempt may land odd new files
    chosen: tuple[str, ...] = ()  # the only chambers that it lands; empty for all
    host: str = ""  # before clones had ids: the machine that completes it
    ending: Ending = ""
    landing: tuple[str, ...] = ()  # the chambers that `landed_commit` holds

    @property
    def is_open(self) -> bool:
        """Whether chambers, actions and discoveries can be added to it."""
        return self.state == "open"

    @property
    def is_completing(self) -> bool:
        """Whether a complete_task call is ending it, or died while doing so."""
        return self.state == "completing"

    @property
    def is_over(self) -> bool:
        """Whether it has ended: completed, or closed without landing anything."""
        return self.state in OVER_TASK


class Chamber(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A git worktree with a branch, a briefing and a mailbox, for one worker."""

    id: str  # "<task id>/<name>"
    task_id: str
    name: str
    state: ChamberState = "creating"
    path: str  # absolute and real
    branch: str
    base_commit: str = ""
    brief: str = ""
    clone: str = ""  # the id of the clone that has its worktree
    host: str = ""  # before clones had ids: the machine that has it
    created_at: int
    ended_at: int = 0
    saved_ref: str = ""  # refs/orchestra/saved/… once closing has saved something
    note: str = ""  # why it failed, or how it ended
    ready_at: int = 0  # when its hook answered the probe
    ready_note: str = ""  # why its hook did not
    suspended_at: int = 0  # when its worker's tools were suspended; 0 when they are not
    suspended_by: str = ""  # the id of the interrupt that asked for it
    allowed: tuple[str, ...] = ()  # rules for calls that its worker makes without asking again
    health: tuple[str, ...] = ()  # what is wrong with it while it is live, one sentence each
    work: Work = ""  # whether it differs from its base, and by commits alone; "" while unknown
    has_skeleton: bool = False  # it began with files that its worker did not write
    ports: tuple[str, ...] = ()  # variables with ports of its own, such as PORT=41000
    setup_of: str = ""  # a digest of the setup that prepared its worktree
    setup_fault: str = ""  # why the setup of its worktree failed
    verdict: str = ""  # of the gates on its present content: `wording/gates.py`; "" without a gate
    subagents_spent: Mapping[str, Spent] = {}  # used by a conductor's subagents in it, by their ids
    # For other clones that have chambers of the task:
    published: str = ""  # the commit of its work that is on a remote
    published_at: int = 0
    published_on: str = ""  # the remote's address
    handed_over: int = 0  # the task's `completing_at` at which `published` held all its work
    handover_fault: str = ""  # why that handover failed
    asked_by: str = ""  # the clone that asks this chamber's clone to close it
    landed: str = ""  # the commit with its work that the other clone landed

    @property
    def is_asked_to_close(self) -> bool:
        """Whether another clone has ended its task and its own clone has yet to close it."""
        return self.state == "closing" and bool(self.asked_by)

    @property
    def is_live(self) -> bool:
        """Whether a worker can work in it."""
        return self.state == "live"

    @property
    def expects_worker(self) -> bool:
        """Whether a worker works in it, or will as soon as it is made."""
        return self.state in _EXPECTING_WORKER

    @property
    def is_standing(self) -> bool:
        """Whether it holds its name: from its reservation until it has failed or closed."""
        return self.state in STANDING_CHAMBER

    @property
    def is_over(self) -> bool:
        """Whether it has failed or closed; its name is free, and only a restore brings it back."""
        return self.state not in STANDING_CHAMBER

    @property
    def has_landed(self) -> bool:
        """Whether it was closed with all its work merged."""
        return self.state == "closed" and self.note.startswith(MERGED)

    @property
    def holds_work(self) -> bool:
        """Whether a worker's work can be in its directory: live, or closing and not yet removed."""
        return self.state in _WITH_WORK

    def current(self, presence: "Presence | None") -> "Presence | None":
        """Return its worker's report, or None if that is older than the chamber or its restore."""
        made = max(self.created_at, self.ready_at)
        return presence if presence is not None and presence.since >= made else None

    def is_proven_ready(self, presence: "Presence | None") -> bool:
        """Tell whether its hook answered the probe or has reported since the chamber was made."""
        reported = presence is not None and presence.since >= self.created_at
        return bool(self.ready_at) or reported


class Agent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Someone who recorded something: a worker, the conductor or the operator."""

    id: str  # "<task id>/<agent id>"
    task_id: str
    agent_id: str
    chamber: str = ""
    actions: int = 0
    last_action: str = ""
    last_result: str = ""
    last_at: int = 0


class Discovery(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something a worker found that others should know."""

    id: str
    task_id: str
    agent_id: str
    chamber: str = ""
    text: str
    severity: Severity = "info"
    impact: str = ""
    affects: tuple[str, ...] = ()
    pattern: bool = False  # named in record_agent_action rather than shared
    at: int


class Interrupt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message to one worker, followed until it is acted upon.

    Scalars only: a Lua script rewrites this document with cjson, which cannot tell an empty list
    from an empty object.
    """

    id: str
    task_id: str
    chamber: str  # the chamber's name
    message: str
    requires: Requires = "review"
    actor: str = ""
    author: str = ""  # the agent that is quoted; "" when these are the actor's own words
    discovery_id: str = ""
    state: InterruptState = "sent"
    sent_at: int
    posted_at: int = 0
    delivered_at: int = 0
    acted_at: int = 0
    ended_at: int = 0
    note: str = ""  # why it was never delivered

    @property
    def chamber_id(self) -> str:
        """The id of the chamber it was sent to."""
        return chamber_id(self.task_id, self.chamber)

    @property
    def is_unread(self) -> bool:
        """Whether it has not been shown to its worker yet, and still can be."""
        return self.state in _UNREAD

    @property
    def is_withdrawn(self) -> bool:
        """Whether it ended unread: cancelled, or expired with its chamber or worker."""
        return self.state in _WITHDRAWN

    def is_critical(self, discoveries: Mapping[str, Discovery]) -> bool:
        """Whether it says that the work may be wrong or must stop."""
        discovery = discoveries.get(self.discovery_id)
        return self.requires != "review" or (
            discovery is not None and discovery.severity == "critical"
        )

    @property
    def is_over(self) -> bool:
        """Whether its worker has acted on it, or nobody will read it."""
        return self.state in _OVER_INTERRUPT


class WorkerRequest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A permission or a question that a worker asks for, until it is answered or withdrawn."""

    id: str
    task_id: str
    chamber: str  # the chamber's name
    agent_id: str = ""  # the subagent's, as its client names it
    session_id: str = ""
    start: int = 0  # the start that asks, for a started worker; 0 for a hook's request
    kind: RequestKind = "permission"
    tool: str
    tool_input: str = ""  # JSON in which long texts are cut
    like: str = ""  # the rule that would allow such calls in the chamber; "" if there is none
    state: RequestState = "open"
    asked_at: int
    ended_at: int = 0
    answer: AnswerName | None = None
    words: str = ""  # the reason of a denial, which the worker reads
    choices: tuple[str, ...] = ()  # the answer to each question
    answered_by: str = ""
    note: str = ""  # why it was withdrawn

    @property
    def chamber_id(self) -> str:
        """The id of the chamber whose worker asks."""
        return chamber_id(self.task_id, self.chamber)

    @property
    def is_open(self) -> bool:
        """Whether its worker waits for an answer."""
        return self.state == "open"


class Conflict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Two sides whose work, uncommitted changes included, git cannot or could not merge.

    A side is a chamber's id, or BASE for the branch the chamber's task lands on.
    """

    id: str  # "<side>|<side>"
    task_ids: tuple[str, ...]
    between: tuple[str, str]  # in order; BASE comes second
    files: tuple[str, ...] = ()  # only the first ones, if there are very many
    kinds: tuple[str, ...] = ()  # git's word for each file: content, add/add, modify/delete, …
    count: int = 0  # the number of all files
    state: ConflictState = "open"
    since: int
    cleared_at: int = 0

    @property
    def is_over(self) -> bool:
        """Whether its sides merge again or one of them is gone."""
        return self.state == "clear"

    def other(self, side: str) -> str:
        """Return the side that conflicts with `side`."""
        return self.between[1] if side == self.between[0] else self.between[0]


class Clone(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A clone of the repository that works on the project, known by its random id.

    Scalars only: a Lua script writes this document.
    """

    id: str
    host: str  # as people call its machine; it may change and need not be unique
    path: str  # of its main checkout
    machine: str = ""  # a digest that a restart does not change
    remotes: str = ""  # addresses without credentials, one per line, the preferred one first
    first_heard: int = 0

    @property
    def name(self) -> str:
        """The name for people."""
        return f"{self.host}:{self.path}"


class Heartbeat(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a clone was last heard, and from which running machine; the history does not keep it."""

    at: int = 0
    holder: str = ""  # a digest of the machine's current run, which differs between two machines
    serves: str = ""  # the duties that a process there does, such as "mail"; "" for none

    @property
    def is_on_duty(self) -> bool:
        """Whether a process serves the clone's chambers, by its own last word."""
        return bool(self.serves)


Document = (
    Task
    | Chamber
    | Agent
    | Discovery
    | Interrupt
    | WorkerRequest
    | StartedWorker
    | Conflict
    | Clone
    | DayAccount
)
