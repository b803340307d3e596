"""What each round of the demo shows."""

import ast

import pytest

from orchestra_server.demo.stories.sign_in import SIGN_IN
from orchestra_server.demo.stories.stories import STORIES, content_in_round, story_of
from orchestra_server.demo.stories.story import Step, Story


def steps_of(story: Story) -> list[Step]:
    return [step for assignment in story.assignments.values() for step in assignment.steps]


def test_rounds_take_the_stories_in_turn() -> None:
    assert story_of(1) is story_of(3) is STORIES[0]
    assert story_of(2) is STORIES[1]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.request[:30])
def test_a_story_shows_a_failure_a_request_a_conflict_and_a_review(story: Story) -> None:
    steps = steps_of(story)
    assert any(step.fails for step in steps)
    assert any(step.asks or step.question for step in steps)
    reviewed = [
        assignment
        for assignment in story.assignments.values()
        if any(step.waits_for_review for step in assignment.steps)
    ]
    (assignment,) = reviewed
    assert assignment.revision is not None
    assert assignment.revision.path in story.review
    for path in story.merged:
        writers = [
            name
            for name, assignment in story.assignments.items()
            if any(step.path == path for step in assignment.steps)
        ]
        assert len(writers) == 2, path


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.request[:30])
def test_the_python_that_a_story_writes_is_python(story: Story) -> None:
    revisions = [
        assignment.revision
        for assignment in story.assignments.values()
        if assignment.revision is not None
    ]
    for step in (*steps_of(story), *revisions):
        if step.path.endswith(".py"):
            ast.parse(step.content)
    for content in story.merged.values():
        ast.parse(content)


def test_a_story_that_is_played_again_changes_its_files_again() -> None:
    steps = SIGN_IN.assignments["database"].steps
    schema = steps[0]
    assert content_in_round(schema, 1) == content_in_round(schema, 2) == schema.content
    assert content_in_round(schema, 3) == f"{schema.content}\n-- round 3\n"
    assert content_in_round(steps[2], 4).endswith("\n# round 4\n")
