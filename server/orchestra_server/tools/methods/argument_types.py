"""The tools' arguments, described for a model that reads only the schema."""

from typing import Annotated, Literal

from pydantic import Field

from orchestra_core.models import AnswerName, Level, Requires
from orchestra_core.models import Severity as SeverityName
from orchestra_core.replies.review import ReviewPart
from orchestra_core.workers.started_worker import Policy

TaskId = Annotated[str, Field(description="From start_task.")]
ChamberName = Annotated[str, Field(description="The chamber's name.")]
AgentId = Annotated[
    str,
    Field(
        description="Who did it: an agent_id of create_chambers_batch, or 'conductor' for yourself."
    ),
]
Description = Annotated[
    str,
    Field(description="The user's request in full, with its criteria. Up to 20,000 characters."),
]
Complexity = Annotated[
    Literal["auto-detect", Level],
    Field(
        description="'auto-detect' decides from the description and says why; name a level only "
        "when you know better."
    ),
]
WorkingDirectory = Annotated[
    str,
    Field(
        description="Absolute path of the checkout; by default the one this server was started in."
    ),
]
ChamberNames = Annotated[
    list[str],
    Field(
        description="One name per part that one worker can do alone: 1 to 63 of a-z 0-9 "
        ". _ - beginning with a letter or digit, such as ['auth', 'database', 'api'].",
    ),
]
Base = Annotated[
    str,
    Field(description="Branch, tag or commit they start from; by default where the task started."),
]
Briefs = Annotated[
    dict[str, str] | None,
    Field(
        description="For each name, what its worker has to do, which files are its own and how to "
        "tell that it is done. It goes into the worker's prompt."
    ),
]
Skeleton = Annotated[
    list[str] | None,
    Field(
        description="Paths, relative to the chamber, of files that every worker finds there at the "
        "start: copied from the checkout where it has them uncommitted, else empty."
    ),
]
AgentType = Annotated[
    str,
    Field(description="The kind of agent you start, such as 'implementation-executor'."),
]
Module = Annotated[
    str,
    Field(description="The chamber it will work in; without one, it only reads or plans."),
]
Action = Annotated[str, Field(description="What was done, in a sentence.")]
Result = Annotated[
    str, Field(description="How it ended: what works, what was tested, what is open.")
]
Patterns = Annotated[
    list[str] | None,
    Field(
        description="Reusable approaches, a few words each, such as ['JWT auth', 'rate limiting']. "
        "Each becomes a discovery."
    ),
]
DiscoveryText = Annotated[
    str, Field(description="What was found, as a fact that stands on its own.")
]
Severity = Annotated[
    SeverityName,
    Field(
        description="'info' and 'important' are recorded for those who ask. 'critical' also "
        "interrupts every chamber it affects: use it when work would be wrong without it."
    ),
]
Impact = Annotated[str, Field(description="What follows from it for the others' work.")]
Affects = Annotated[
    list[str] | None,
    Field(description="The chambers it concerns; by default all."),
]
PhaseName = Annotated[
    str,
    Field(description="The phase to enter; by default the next one."),
]
Message = Annotated[
    str,
    Field(
        description="What the worker has to know or do, plainly and as a fact. "
        "It reads this at its next tool call and cannot answer."
    ),
]
RequiresName = Annotated[
    Requires,
    Field(
        description="'review': read it and go on. 'stop': finish nothing more and report. "
        "'suspend': no tool of the worker runs until resume_worker."
    ),
]
InterruptId = Annotated[
    str, Field(description="The interrupt's id, as interrupt_worker or a status gave it.")
]
RequestId = Annotated[str, Field(description="The request's id, as get_parallel_status lists it.")]
RequestAnswerName = Annotated[
    AnswerName,
    Field(
        description="'allow': this call. 'allow-like': this and those like it in this chamber, as "
        "`like` says. 'deny': with `words`. 'choose': the answers to a question, in `choices`."
    ),
]
DenialWords = Annotated[
    str, Field(description="For 'deny': why, and what to do instead. The worker reads it.")
]
Choices = Annotated[
    list[str] | None,
    Field(
        description="For 'choose': one answer for each question, in their order: an option's "
        "label, several joined by ', ', or words of your own."
    ),
]
AgentName = Annotated[str, Field(description="A configured agent; by default claude.")]
PolicyName = Annotated[
    Policy,
    Field(
        description="What it may do unasked. 'edits': change its own files, commit. 'ask': "
        "nothing. 'all': anything that stays in its chamber."
    ),
]
StartText = Annotated[str, Field(description="What to tell it beside its brief.")]
CommitChanges = Annotated[
    bool,
    Field(
        description="True commits open work in the chambers and lands everything on the task's "
        "branch. False lands nothing: each chamber's work is saved under a ref and can be restored."
    ),
]
DryRun = Annotated[
    bool,
    Field(
        description="true: only say what would happen: the commits, the merge or its conflicts, "
        "and the user's files that block it."
    ),
]
Partial = Annotated[
    bool,
    Field(
        description="true: if chambers conflict, as many land as are compatible; the others stay "
        "live with their conflicts, and the task stays open."
    ),
]
Only = Annotated[
    list[str] | None,
    Field(description="The chambers to land; the others stay live and the task stays open."),
]
Confirm = Annotated[
    bool,
    Field(
        description="true: close it although its worker is still running. "
        "Only after the user has agreed, or the worker has been stopped."
    ),
]
ConfirmLanding = Annotated[
    bool,
    Field(
        description="true: land although a worker is still at work or has not read critical mail, "
        "or new files look unintended. Only after the user has agreed."
    ),
]
Summary = Annotated[
    str,
    Field(description="What was done, in a few sentences; it becomes the commit message's body."),
]
SavedRef = Annotated[
    str,
    Field(description="One of the listed refs; by default the chamber's last save."),
]
Part = Annotated[
    ReviewPart, Field(description="Which of its work; of conflicts, both sides' lines.")
]
ReviewedPath = Annotated[str, Field(description="Only this file, as `files` names it.")]
RestoredName = Annotated[
    str,
    Field(description="The chamber to restore; without one, what is saved for the task is listed."),
]
