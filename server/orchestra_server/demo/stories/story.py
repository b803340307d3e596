"""The parts of a story of the demo: the request, the chambers, and each worker's steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestra_server.demo.step_reports import DiscoveryMade


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """What a worker asks the operator; without an answer it takes the first option."""

    text: str
    header: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One edit and its commit; `discovery` is shared when the step is done.

    Before the step the worker fails with `fails`, asks for permission to run `asks`, or asks a
    `question`. After a step that `waits_for_review` it goes on once it has read the review.
    """

    path: str
    content: str
    action: str
    result: str
    patterns: tuple[str, ...] = ()
    discovery: DiscoveryMade | None = None
    fails: str = ""
    asks: str = ""
    question: DemoQuestion | None = None
    waits_for_review: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one chamber's worker has to do; `revision` is its step after a review."""

    brief: str
    steps: tuple[Step, ...]
    revision: Step | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One request; `merged` has the merged content of files on which two chambers disagree.

    `review` is what the conductor sends to a chamber that waits for a review.
    """

    request: str
    summary: str
    assignments: Mapping[str, Assignment]
    review: str = ""
    merged: Mapping[str, str] = field(default_factory=dict[str, str])
