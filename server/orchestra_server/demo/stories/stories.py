"""Which story each round of the demo plays, and how it differs when it is played again."""

from collections.abc import Sequence

from orchestra_server.demo.stories.search import SEARCH
from orchestra_server.demo.stories.sign_in import SIGN_IN
from orchestra_server.demo.stories.story import Step, Story

STORIES: Sequence[Story] = (SIGN_IN, SEARCH)


def story_of(number: int) -> Story:
    """Return the story of a round; rounds are counted from 1."""
    return STORIES[(number - 1) % len(STORIES)]


def content_in_round(step: Step, number: int) -> str:
    """Return a step's content; a story that is played again differs by one line."""
    if number <= len(STORIES):
        return step.content
    mark = "--" if step.path.endswith(".sql") else "#"
    return f"{step.content}\n{mark} round {number}\n"
