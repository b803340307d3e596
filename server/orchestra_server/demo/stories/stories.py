"""Which story each round of the demo plays."""

from collections.abc import Sequence

from orchestra_server.demo.stories.search import SEARCH
from orchestra_server.demo.stories.sign_in import SIGN_IN
from orchestra_server.demo.stories.story import Story

STORIES: Sequence[Story] = (SIGN_IN, SEARCH)


def story_of(number: int) -> Story:
    """Return the story of a round; rounds are counted from 1."""
    return STORIES[(number - 1) % len(STORIES)]
