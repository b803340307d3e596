"""What the hooks of subagents and worktrees answer, without a client and without a daemon."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestra_server.client_hooks import answer_hook
from orchestra_server.client_hooks.answer_hook import brief_agent, create_worktree, start_agent
from orchestra_server.files.hook.find_reader import find_reader, settings_at
from orchestra_server.files.hook.json_files import Fields, read_json
from tests.support.hooks.hooked_checkout import HookedCheckout, hooked_checkout


@pytest.fixture
def checkout(tmp_path: Path) -> HookedCheckout:
    return hooked_checkout(tmp_path / "shop")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """What the daemon is asked for: name, brief and actor."""
    asked: list[tuple[str, str, str]] = []

    def make(root: str, _: str, name: str, brief: str = "", *, actor: str = "operator") -> str:
        asked.append((name, brief, actor))
        return f"{root}/.claude/worktrees/{name}"

    monkeypatch.setattr(answer_hook, "make_chamber", make)
    return asked


def calling(checkout: HookedCheckout, use_id: str = "t1", **call: str) -> Fields:
    return {
        "hook_event_name": "PreToolUse",
        "session_id": "s",
        "cwd": str(checkout.main),
        "tool_use_id": use_id,
        "transcript_path": "/nowhere",
        "tool_input": {**call},
    }


def answer(words: str) -> dict[str, Any]:
    return json.loads(words)["hookSpecificOutput"]


def start(checkout: HookedCheckout, payload: Fields, seconds: float = 0) -> str:
    return start_agent(str(checkout.main), str(checkout.common_dir), payload, seconds)


def create(checkout: HookedCheckout, name: str) -> str:
    payload: Fields = {"session_id": "s", "name": name}
    return create_worktree(str(checkout.main), str(checkout.common_dir), payload)


def test_a_call_that_names_a_chamber_starts_there_bound_and_briefed(
    checkout: HookedCheckout, made: list[tuple[str, str, str]]
) -> None:
    auth = checkout.chamber("auth")
    call = {"prompt": "You work in chamber 'auth'.", "description": "Log-in"}
    changed = answer(start(checkout, calling(checkout, **call)))
    assert changed["updatedInput"] == {**call, "isolation": "worktree"}
    assert "permissionDecision" not in changed
    assert create(checkout, "agent-a1b2") == str(auth)
    binding = read_json(f"{checkout.main}/.claude/hooks/bindings/a1b2.json")
    assert binding == {"chamber": str(auth), "agent": "a1b2"}
    told = brief_agent(str(checkout.main), str(checkout.common_dir), {"agent_id": "a1b2"})
    assert "You work in chamber 'auth'" in answer(told)["additionalContext"]
    assert made == []


def test_a_call_that_names_none_is_left_alone(checkout: HookedCheckout) -> None:
    checkout.chamber("auth")
    assert start(checkout, calling(checkout, prompt="Find all tests")) == ""


def test_a_call_that_asks_for_a_worktree_gets_a_chamber_of_its_own(
    checkout: HookedCheckout, made: list[tuple[str, str, str]]
) -> None:
    checkout.chamber("auth")
    call = {"prompt": "Mend the tests", "isolation": "worktree"}
    assert start(checkout, calling(checkout, **call)) == ""
    path = create(checkout, "agent-a1b2")
    assert made == [("agent-a1b2", "Mend the tests", "conductor")]
    assert path == f"{checkout.main}/.claude/worktrees/agent-a1b2"


def test_an_agent_that_is_defined_with_a_worktree_passes_the_baton_too(
    checkout: HookedCheckout, made: list[tuple[str, str, str]]
) -> None:
    definitions = checkout.main / ".claude" / "agents"
    definitions.mkdir()
    (definitions / "fixer.md").write_text("---\nname: fixer\nisolation: worktree\n---\n")
    payload = calling(checkout, prompt="Mend the tests", subagent_type="fixer")
    assert start(checkout, payload) == ""
    create(checkout, "agent-a1b2")
    assert made == [("agent-a1b2", "Mend the tests", "conductor")]


def test_in_auto_mode_a_call_is_not_changed_but_asked_for_again_with_its_worktree(
    checkout: HookedCheckout, made: list[tuple[str, str, str]]
) -> None:
    auth = checkout.chamber("auth")
    call = {"prompt": "Work in chamber auth", "description": "Log-in"}
    in_auto_mode: Fields = {"permission_mode": "auto"}
    denied = answer(start(checkout, {**calling(checkout, **call), **in_auto_mode}))
    assert denied["permissionDecision"] == "deny"
    assert 'Repeat the call with isolation "worktree"' in denied["permissionDecisionReason"]
    repeated = calling(checkout, "t2", **call, isolation="worktree")
    assert start(checkout, {**repeated, **in_auto_mode}) == ""
    assert create(checkout, "agent-a1b2") == str(auth)
    assert made == []


def test_a_persons_worktree_takes_no_baton(
    checkout: HookedCheckout, made: list[tuple[str, str, str]]
) -> None:
    auth = checkout.chamber("auth")
    start(checkout, calling(checkout, prompt="Work in chamber auth"))
    create(checkout, "wanted")
    assert made == [("wanted", "", "operator")]
    assert create(checkout, "agent-a1b2") == str(auth)


def test_a_session_is_the_worker_of_the_chamber_that_it_has_entered_while_it_is_there(
    checkout: HookedCheckout, made: list[tuple[str, str, str]]
) -> None:
    auth = checkout.chamber("auth")
    create(checkout, "auth")
    own = settings_at(str(checkout.main))
    inside: Fields = {"session_id": "s", "cwd": str(auth / "src")}
    reader = find_reader(own, inside, str(checkout.main))
    assert reader is not None
    assert (reader.root, reader.takes_mail) == (str(auth), True)
    its_subagent = find_reader(own, {**inside, "agent_id": "a1"}, str(checkout.main))
    assert its_subagent is not None
    assert not its_subagent.takes_mail
    elsewhere: list[Fields] = [{"cwd": str(checkout.main)}, {"session_id": "t"}]
    for change in elsewhere:
        assert find_reader(own, {**inside, **change}, str(checkout.main)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"agent_id": "a1"},
        {"tool_input": {"prompt": "Work in chamber auth", "cwd": "/else/where"}},
        {"tool_input": {"prompt": "Work in chamber auth", "isolation": "remote"}},
    ],
)
def test_calls_that_have_a_place_already_are_left_alone(
    checkout: HookedCheckout, changes: Fields
) -> None:
    checkout.chamber("auth")
    payload = calling(checkout, prompt="Work in chamber auth")
    assert start(checkout, {**payload, **changes}) == ""


def test_a_worker_of_its_own_session_keeps_its_subagents_with_it(
    checkout: HookedCheckout,
) -> None:
    auth = checkout.chamber("auth")
    payload = calling(checkout, prompt="Work in chamber auth")
    assert start(checkout, {**payload, "cwd": str(auth)}) == ""


def test_a_call_that_waits_too_long_starts_without_a_worktree_rather_than_in_the_wrong_one(
    checkout: HookedCheckout,
) -> None:
    checkout.chamber("auth")
    checkout.chamber("api")
    assert start(checkout, calling(checkout, "t1", prompt="Work in chamber auth"))
    assert start(checkout, calling(checkout, "t2", prompt="Work in chamber api"), 0.02) == ""
    asking = calling(checkout, "t3", prompt="Mend", isolation="worktree")
    denied = answer(start(checkout, asking, 0.02))
    assert denied["permissionDecision"] == "deny"
    assert "Repeat the call once that one has begun" in denied["permissionDecisionReason"]


def test_a_chamber_that_was_closed_meanwhile_is_replaced_by_a_new_one(
    checkout: HookedCheckout, made: list[tuple[str, str, str]]
) -> None:
    auth = checkout.chamber("auth")
    start(checkout, calling(checkout, prompt="Work in chamber auth"))
    auth.rename(auth.with_name("gone"))
    create(checkout, "agent-a1b2")
    assert [name for name, _, _ in made] == ["agent-a1b2"]


def test_a_subagent_without_a_chamber_gets_no_briefing(checkout: HookedCheckout) -> None:
    payload: Fields = {"agent_id": "a1"}
    assert brief_agent(str(checkout.main), str(checkout.common_dir), payload) == ""
