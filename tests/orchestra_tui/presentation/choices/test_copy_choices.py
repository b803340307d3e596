"""What is offered for copying."""

from dataclasses import dataclass

from msgspec.structs import replace

from orchestra_core.models import Chamber, ChamberState, Discovery, Interrupt, Presence
from orchestra_core.state import ProjectState
from orchestra_tui.presentation.choices.copy_choices import COPY_KEYS, copy_choices
from orchestra_tui.presentation.indexed_state import IndexedState
from tests.support.samples.documents import a_started_worker, a_task


@dataclass
class Scene:
    state: IndexedState
    chamber: Chamber


def a_scene(state: ChamberState = "live", saved: str = "") -> Scene:
    chamber = Chamber(
        id="t-1/auth", task_id="t-1", name="auth", state=state, path="/my shop/auth",
        branch="orchestra/t-1/auth", created_at=1, saved_ref=saved,
    )  # fmt: skip
    documents = ProjectState()
    documents.tasks["t-1"] = a_task("t-1", "Add a login")
    documents.chambers[chamber.id] = chamber
    for at, text in ((1, "first"), (2, "second")):
        mail = Interrupt(id=f"m-{at}", task_id="t-1", chamber="auth", message=text, sent_at=at)
        documents.interrupts[mail.id] = mail
    documents.presence[chamber.id] = Presence(
        chamber_id=chamber.id, state="finished", since=1, message="done"
    )
    return Scene(IndexedState(documents), chamber)


def test_a_live_chamber_offers_its_path_first_and_a_command_that_a_shell_reads() -> None:
    scene = a_scene()
    choices = copy_choices(scene.chamber, scene.state)
    assert [(choice.key, choice.text) for choice in choices] == [
        ("p", "/my shop/auth"),
        ("b", "orchestra/t-1/auth"),
        ("c", "cd '/my shop/auth'"),
        ("m", "second"),
        ("w", "done"),
        ("n", "auth"),
    ]


def test_a_closed_chamber_offers_what_is_left_of_it() -> None:
    scene = a_scene("closed", "refs/orchestra/saved/t-1/auth/1")
    texts = {choice.label: choice.text for choice in copy_choices(scene.chamber, scene.state)}
    assert texts["command"] == "orchestra diff t-1/auth"
    assert texts["saved ref"] == "refs/orchestra/saved/t-1/auth/1"
    assert "path" not in texts


def test_a_task_and_a_discovery_offer_their_words_and_nothing_empty() -> None:
    scene = a_scene()
    task = copy_choices(scene.state.tasks["t-1"], scene.state)
    assert ("r", "request", "Add a login") in task
    assert ("c", "command", "orchestra land t-1") in task
    assert all(choice.text for choice in task)
    discovery = Discovery(id="d", task_id="t-1", agent_id="a", text="It rains", at=1)
    assert copy_choices(discovery, scene.state) == [("m", "message", "It rains")]


def test_each_choice_has_a_key_of_its_own() -> None:
    scene = a_scene(saved="x")
    for document in (scene.chamber, scene.state.tasks["t-1"]):
        keys = [choice.key for choice in copy_choices(document, scene.state)]
        assert len(set(keys)) == len(keys)
        assert set(keys) <= set(COPY_KEYS)
    assert "y" not in COPY_KEYS


def test_a_started_claude_can_be_taken_over_in_its_own_screen() -> None:
    scene = a_scene()
    worker = replace(a_started_worker("auth", "t-1"), state="waiting", conversation="c-1")
    over = replace(worker, state="ended")
    for document, begin in ((worker, "orchestra stop auth && "), (over, "")):
        scene.state.documents.put(document)
        choices = {choice.key: choice.text for choice in copy_choices(scene.chamber, scene.state)}
        assert choices["t"] == f"{begin}cd '/my shop/auth' && claude --resume c-1"
    scene.state.documents.put(replace(worker, agent="gemini"))
    assert "t" not in {choice.key for choice in copy_choices(scene.chamber, scene.state)}
