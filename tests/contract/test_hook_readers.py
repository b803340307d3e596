"""Whose mail it is where several work: bound by a briefing, two in one chamber, an idle session."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from orchestra_server.domain.chambers.chamber_lifecycle import HookProbe
from orchestra_server.files.chamber.chamber_files import HOOK
from orchestra_server.files.chamber.mailbox import MAIL, post, unread
from orchestra_server.files.hook.find_reader import IDLE
from orchestra_server.files.hook_setup.hook_probe import probe_hook
from tests.support.hooks.hooked_checkout import (
    HookAnswer,
    HookedCheckout,
    Session,
    code_of,
    finish,
    hooked_checkout,
    names_in,
    read_reports,
    receipts_of,
    send,
)
from tests.support.stores.valkey_users import wait_until

READ = {"tool_name": "Read", "tool_input": {"file_path": "/a"}}


@pytest.fixture
def checkout(tmp_path: Path) -> HookedCheckout:
    return hooked_checkout(tmp_path / "repo")


def launch(
    checkout: HookedCheckout, agent_id: str, prompt: str, status: str = "async_launched"
) -> None:
    """What the conductor's client fires once a subagent has been started (2.1.330)."""
    fields = {
        "tool_name": "Agent",
        "tool_input": {"description": "auth", "prompt": prompt, "subagent_type": "x"},
        "tool_response": {"isAsync": True, "status": status, "agentId": agent_id},
    }
    assert Session(checkout.main).fire("PostToolUse", fields, "binding") == HookAnswer()


def bound(checkout: HookedCheckout, agent_id: str, chamber: Path) -> Session:
    agent = checkout.subagent(agent_id)
    agent.fire("PreToolUse", {"tool_input": {"path": f"{chamber}/a"}}, "presence")
    return agent


def test_a_subagent_is_bound_to_the_chamber_of_its_briefing(checkout: HookedCheckout) -> None:
    auth, api = checkout.chamber("auth"), checkout.chamber("api")
    launch(checkout, "a-1", f"You work in {auth}. Beside you: {api}.")
    send(auth, "For auth")
    agent = checkout.subagent("a-1")
    elsewhere = {"tool_name": "Read", "tool_input": {"file_path": f"{api}/x.py"}}
    assert agent.fire("PreToolUse", elsewhere).denial
    assert "For auth" in agent.fire("PostToolBatch").context


@pytest.mark.parametrize("tool_input", [{"file_path": "{}/a.py"}, {"command": "cat '{}/a.py'"}])
def test_a_subagent_that_names_its_files_through_a_symlink_is_bound(
    checkout: HookedCheckout, tmp_path: Path, tool_input: dict[str, str]
) -> None:
    auth = checkout.chamber("auth")
    link = tmp_path / ("a link" if "file_path" in tool_input else "link")
    link.symlink_to(checkout.main, target_is_directory=True)
    send(auth, "For auth")
    linked = link / auth.relative_to(checkout.main)
    fields = {key: value.format(linked) for key, value in tool_input.items()}
    call = {"tool_name": "Write", "tool_input": fields}
    assert checkout.subagent("a-1").fire("PreToolUse", call).denial


@pytest.mark.parametrize(
    ("prompt", "status"), [("No chamber is named", "async_launched"), ("{auth}", "completed")]
)
def test_a_briefing_without_a_chamber_binds_no_subagent(
    checkout: HookedCheckout, prompt: str, status: str
) -> None:
    auth = checkout.chamber("auth")
    launch(checkout, "a-1", prompt.replace("{auth}", str(auth)), status)
    send(auth, "For auth")
    assert checkout.subagent("a-1").fire("PreToolUse", READ) == HookAnswer()


def test_two_subagents_in_one_chamber_both_get_the_mail(
    checkout: HookedCheckout,
) -> None:
    auth = checkout.chamber("auth")
    first_reader, second_reader = bound(checkout, "a-1", auth), bound(checkout, "a-2", auth)
    bound(checkout, "a-3", checkout.chamber("api"))
    send(auth, "For both")
    assert "For both" in first_reader.fire("PostToolBatch").context
    assert first_reader.fire("PostToolBatch") == HookAnswer()
    assert unread(auth) == []
    assert second_reader.fire("PreToolUse", READ).denial
    assert first_reader.fire("PreToolUse", READ) == HookAnswer()
    assert "For both" in second_reader.fire("PostToolBatch").context
    assert second_reader.fire("PreToolUse", READ) == HookAnswer()
    states = [(receipt.interrupt_id, receipt.state) for receipt in receipts_of(auth)]
    assert set(states) == {("i1", "delivered"), ("i1", "acted")}
    assert names_in(auth) == [".claude"]


def test_a_message_that_waits_as_a_copy_for_a_second_reader_is_not_posted_again(
    checkout: HookedCheckout,
) -> None:
    auth = checkout.chamber("auth")
    first_reader, second_reader = bound(checkout, "a-1", auth), bound(checkout, "a-2", auth)
    sent = send(auth, "For both")
    first_reader.fire("PostToolBatch")
    first_reader.fire("PreToolUse", READ)
    second_reader.fire("PostToolBatch")
    post(auth, sent)
    assert unread(auth) == []


def test_a_subagent_that_has_ended_gets_no_copy_unless_it_continues(
    checkout: HookedCheckout,
) -> None:
    auth = checkout.chamber("auth")
    first_reader, second_reader = bound(checkout, "a-1", auth), bound(checkout, "a-2", auth)
    second_reader.fire("SubagentStop", {}, "presence")
    send(auth, "First")
    first_reader.fire("PostToolBatch")
    assert second_reader.fire("PreToolUse", READ) == HookAnswer()
    second_reader.fire("PreToolUse", READ, "presence")
    send(auth, "Second", start=2)
    first_reader.fire("PostToolBatch")
    assert "Second" in second_reader.fire("PostToolBatch").context


def test_one_of_twenty_concurrent_hooks_takes_the_mail_and_the_second_reader_gets_one_copy(
    checkout: HookedCheckout,
) -> None:
    auth = checkout.chamber("auth")
    first_reader, second_reader = bound(checkout, "a-1", auth), bound(checkout, "a-2", auth)
    send(auth, "Just once each")
    processes = [first_reader.start("PostToolBatch") for _ in range(10)]
    assert sum("Just once" in finish(process).context for process in processes) == 1
    processes = [second_reader.start("PostToolBatch") for _ in range(10)]
    assert sum("Just once" in finish(process).context for process in processes) == 1


def start_waking(session: Session, **environ: str) -> "subprocess.Popen[bytes]":
    (command,) = session.commands("FileChanged", "wake")
    return subprocess.Popen(
        ["/bin/sh", "-c", command],
        env={**os.environ, **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wake(session: Session, **environ: str) -> tuple[int, str]:
    with start_waking(session, **environ) as waking:
        said, trouble = waking.communicate(b"{}" * 50_000)
    assert said == b""
    return waking.returncode, trouble.decode()


def test_mail_wakes_an_idle_session_once_and_never_a_working_one(checkout: HookedCheckout) -> None:
    worker = Session(checkout.chamber())
    worker.fire("Stop")
    assert wake(worker) == (0, "")
    send(worker.directory, "Hello")
    assert wake(worker) == (2, "A message has arrived for the worker in this chamber.\n")
    assert wake(worker) == (0, "")
    assert "Hello" in worker.fire("UserPromptSubmit").context
    send(worker.directory, "At work", start=2)
    assert wake(worker) == (0, "")
    assert worker.fire("Stop").decision == "block"
    send(worker.directory, "Made to go on", start=3)
    assert wake(worker) == (0, "")


@pytest.mark.parametrize("is_read", [True, False])
def test_mail_that_comes_while_a_turn_ends_wakes_only_if_its_hook_does_not_read_it(
    checkout: HookedCheckout, tmp_path: Path, *, is_read: bool
) -> None:
    worker = Session(checkout.chamber())
    worker.fire("Stop")
    send(worker.directory, "Hello")
    idle = worker.directory / HOOK.parent / IDLE
    sleep, waits, go_on = (tmp_path / name for name in ("sleep", "waits", "go-on"))
    sleep.write_text(
        f"#!/bin/sh\ntouch {waits}; while [ ! -e {go_on} ]; do /bin/sleep 0.02; done\n"
    )
    sleep.chmod(0o755)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as ending:
        assert ending.stdin is not None
        idle.write_text(f"{ending.pid}\n")
        with start_waking(worker, PATH=f"{tmp_path}:{os.environ['PATH']}") as waking:
            assert waking.stdin is not None
            waking.stdin.close()
            wait_until(waits.exists)
            if is_read:
                (worker.directory / MAIL).unlink()
                idle.unlink()
            ending.stdin.close()
            ending.wait()
            go_on.touch()
            assert waking.wait(60) == (0 if is_read else 2)


def test_a_hook_at_the_end_of_a_turn_that_never_ends_keeps_no_mail_from_waking(
    checkout: HookedCheckout, tmp_path: Path
) -> None:
    worker = Session(checkout.chamber())
    worker.fire("Stop")
    send(worker.directory, "Hello")
    (worker.directory / HOOK.parent / IDLE).write_text(f"{os.getpid()}\n")
    (tmp_path / "sleep").symlink_to("/bin/true")
    assert wake(worker, PATH=f"{tmp_path}:{os.environ['PATH']}")[0] == 2


@pytest.mark.parametrize("event", ["UserPromptSubmit", "SessionStart", "PreToolUse"])
def test_a_session_that_starts_a_turn_is_no_longer_idle(
    checkout: HookedCheckout, event: str
) -> None:
    worker = Session(checkout.chamber())
    worker.fire("Stop")
    worker.fire("Stop", {}, "presence")
    worker.fire(event, READ, "presence")
    send(worker.directory, "Hello")
    assert wake(worker) == (0, "")


def test_a_client_with_a_batch_event_gets_the_text_there_and_not_earlier(
    checkout: HookedCheckout,
) -> None:
    worker = Session(checkout.chamber())
    send(worker.directory, "One")
    assert "One" in worker.fire("PostToolUse", READ).context
    assert worker.fire("PostToolBatch") == HookAnswer()
    send(worker.directory, "Two", start=2)
    assert worker.fire("PostToolUse", READ) == HookAnswer()
    assert "Two" in worker.fire("PostToolBatch").context


def test_the_hook_answers_a_probe_and_changes_nothing(checkout: HookedCheckout) -> None:
    chamber = checkout.chamber()
    before = names_in(chamber / HOOK.parent)
    answer = probe_hook(chamber, checkout.document().id, checkout.main, checkout.main / ".git")
    assert answer == HookProbe(ready=True)
    assert read_reports(checkout) == []
    assert set(names_in(chamber / HOOK.parent)) - set(before) <= {"__pycache__"}
    code_of(chamber).write_text("this is not python")
    assert not probe_hook(
        chamber, checkout.document().id, checkout.main, checkout.main / ".git"
    ).ready


def test_the_main_checkouts_hooks_serve_a_chamber_whose_settings_are_tracked(
    checkout: HookedCheckout,
) -> None:
    chamber = checkout.chamber()
    settings = chamber / HOOK.with_suffix(".json")
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "own_hooks": False}))
    (chamber / ".claude" / "settings.local.json").unlink()
    assert probe_hook(chamber, checkout.document().id, checkout.main, checkout.main / ".git").ready


def test_the_main_checkout_finds_a_subagent_of_a_task_in_a_subdirectory(
    checkout: HookedCheckout,
) -> None:
    checkout.chamber()
    api = checkout.chamber("api", below="packages/the api")
    agent = bound(checkout, "a-1", api)
    send(api, "For api")
    assert agent.fire("PreToolUse", READ).denial
    assert "For api" in agent.fire("PostToolBatch").context
    beside = {"tool_name": "Write", "tool_input": {"file_path": str(checkout.main / "x.py")}}
    assert f"Write to {api}/x.py instead." in agent.fire("PreToolUse", beside, "guard").denial


def test_a_session_in_the_tasks_subdirectory_may_name_chambers_by_relative_paths(
    checkout: HookedCheckout,
) -> None:
    api = checkout.chamber("api", below="packages/api")
    main_settings = checkout.main / ".claude" / "settings.local.json"  # what the client uses there
    agent = Session(checkout.main / "packages" / "api", "s-0", "a-1", settings=main_settings)
    send(api, "For api")
    inside = {"tool_name": "Bash", "tool_input": {"command": "cd .claude/worktrees/api && make"}}
    assert agent.fire("PreToolUse", inside).denial
    assert "For api" in agent.fire("PostToolBatch").context


def test_files_of_dead_readers_are_removed_after_their_time(checkout: HookedCheckout) -> None:

    chamber, long_ago = checkout.chamber(), time.time() - 7_200
    for name in (f"{MAIL}.delivered.a-9", f"{MAIL}.for.a-9", ".orchestra-tmp-1"):
        (chamber / name).write_text("{}")
        os.utime(chamber / name, (long_ago, long_ago))
    (chamber / f"{MAIL}.for.a-8").write_text("{}")
    Session(chamber).fire("PreToolUse", READ)
    assert names_in(chamber) == [".INTERRUPT.for.a-8", ".claude"]
