"""Which chamber the words of an `Agent` call name."""

from pathlib import Path

import pytest

from orchestra_server.files.subagents.named_chamber import named_chamber, standing_chambers
from orchestra_server.usecases.workers.prompts import worker_prompt
from tests.support.hooks.hooked_checkout import hooked_checkout
from tests.support.samples.documents import a_chamber, a_task

CHAMBERS = ("auth", "api", "auth-api", "db.v2")


@pytest.mark.parametrize(
    ("prompt", "chamber"),
    [
        ("You are implementation-executor-auth, one of several workers.", "auth"),
        ("You are implementation-executor-auth-api, one of several workers.", "auth-api"),
        ("You work in chamber 'api'. The others are chamber auth and chamber db.v2.", "api"),
        ("Working in the chamber: `db.v2`. Go.", "db.v2"),
        ("Do your part in /r/.claude/worktrees/auth. Then report.", "auth"),
        ("See .claude/workspaces/auth-api/src/a.py and .claude/worktrees/auth-api", "auth-api"),
        ("Write the tests of chamber api.", "api"),
        ("Review chamber api and chamber auth.", ""),
        ("Compare .claude/worktrees/auth with .claude/worktrees/api", ""),
        ("Look at .claude/worktrees/unknown", ""),
        ("Implement the auth part", ""),
    ],
)
def test_the_prompt_names_one_chamber_or_none(prompt: str, chamber: str) -> None:
    assert named_chamber({"prompt": prompt, "description": "Work"}, CHAMBERS) == chamber


@pytest.mark.parametrize(
    ("description", "chamber"),
    [
        *(("auth", "auth"), ("Implement API", "api"), ("Write auth-api", "auth-api")),
        *(("auth and api", ""), ("authorise", ""), ("Do db.v2.", "db.v2")),
    ],
)
def test_without_words_in_the_prompt_the_description_counts(description: str, chamber: str) -> None:
    assert named_chamber({"prompt": "Do it", "description": description}, CHAMBERS) == chamber


def test_an_agent_that_only_reads_gets_no_chamber() -> None:
    call = {"prompt": "Look into chamber auth", "subagent_type": "Explore"}
    assert named_chamber(call, CHAMBERS) == ""


def test_the_prompt_that_orchestra_writes_names_its_chamber() -> None:
    chamber, others = a_chamber("auth"), [a_chamber("api"), a_chamber("auth-api")]
    prompt = worker_prompt(a_task(), chamber, others, agent_id="implementation-executor-auth")
    assert named_chamber({"prompt": prompt, "description": "api"}, CHAMBERS) == "auth"
    first_line = prompt.partition("\n")[0]
    assert named_chamber({"prompt": first_line, "description": "api"}, CHAMBERS) == "auth"


def test_chambers_are_found_by_their_own_settings(tmp_path: Path) -> None:
    checkout = hooked_checkout(tmp_path / "shop")
    auth, api = checkout.chamber("auth"), checkout.chamber("api", below="packages/x")
    (checkout.main / ".claude" / "worktrees" / "ordinary").mkdir()
    assert standing_chambers(str(checkout.main)) == {"auth": str(auth), "api": str(api)}
