"""A story's steps in its rounds."""

from orchestra_server.demo.stories.sign_in import SIGN_IN
from orchestra_server.demo.stories.story import of_round

STEPS = SIGN_IN.assignments["database"].steps


def test_a_story_that_is_played_again_changes_its_files_again() -> None:
    schema = STEPS[0]
    assert of_round(schema, 1) == of_round(schema, 2) == schema.content
    assert of_round(schema, 3) == f"{schema.content}\n-- round 3\n"
    assert of_round(STEPS[2], 4).endswith("\n# round 4\n")
