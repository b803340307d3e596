"""A worker writes in its own chamber and nowhere else in the repository."""

import subprocess
from pathlib import Path

import pytest

from orchestra_server.files.chamber.suspension import Suspension, show_suspension
from orchestra_server.files.installation.install import initialise
from tests.support.hooks.hooked_checkout import (
    HookAnswer,
    HookedCheckout,
    Session,
    hooked_checkout,
    send,
)


@pytest.fixture
def checkout(tmp_path: Path) -> HookedCheckout:
    return hooked_checkout(tmp_path / "a repo")


def writing(path: Path | str, field: str = "file_path") -> dict[str, object]:
    return {"tool_name": "Write", "tool_input": {field: str(path), "content": "x"}}


@pytest.fixture(params=["session", "subagent", "inner"])
def worker(checkout: HookedCheckout, request: pytest.FixtureRequest) -> Session:
    auth = checkout.chamber("auth")
    checkout.chamber("api")
    if request.param == "session":
        return Session(auth)
    if request.param == "inner":
        return Session(auth, agent_id="inner")
    agent = checkout.subagent()
    agent.fire("PreToolUse", writing(auth / "a.py"), "presence")
    return agent


def test_a_write_outside_the_workers_chamber_is_denied_and_the_right_path_is_named(
    checkout: HookedCheckout, worker: Session
) -> None:
    auth = checkout.main / ".claude" / "worktrees" / "auth"
    in_main = worker.fire("PreToolUse", writing(checkout.main / "src" / "a.py"), "guard").denial
    assert "is in the main checkout, and you work in chamber auth" in in_main
    assert f"Write to {auth}/src/a.py instead." in in_main
    api = checkout.main / ".claude" / "workspaces" / "api" / "src" / "b.py"
    in_api = worker.fire("PreToolUse", writing(api, "notebook_path"), "guard").denial
    assert f"{checkout.main}/.claude/worktrees/api/src/b.py is in chamber api" in in_api
    assert f"Write to {auth}/src/b.py instead." in in_api


def test_writes_in_the_own_chamber_and_outside_the_repository_are_allowed(
    checkout: HookedCheckout, worker: Session, tmp_path: Path
) -> None:
    for path in (
        checkout.main / ".claude" / "worktrees" / "auth" / "src" / "new.py",
        checkout.main / ".claude" / "workspaces" / "auth" / "new.py",
        tmp_path / "a repo beside" / "x.py",
        Path("/tmp/scratch.txt"),
    ):
        assert worker.fire("PreToolUse", writing(path), "guard") == HookAnswer()


def test_a_path_that_leaves_the_chamber_through_dots_or_links_is_denied(
    checkout: HookedCheckout, worker: Session
) -> None:
    auth = checkout.main / ".claude" / "worktrees" / "auth"
    (auth / "link").symlink_to(checkout.main)
    for path in (auth / ".." / "api" / "x.py", auth / "link" / "x.py"):
        assert worker.fire("PreToolUse", writing(path), "guard").denial


def test_the_conductor_and_a_subagent_without_a_chamber_may_write_anywhere(
    checkout: HookedCheckout,
) -> None:
    checkout.chamber()
    for session in (Session(checkout.main), checkout.subagent("free")):
        answer = session.fire("PreToolUse", writing(checkout.main / "a.py"), "guard")
        assert answer == HookAnswer()


def test_one_setting_switches_the_guard_off_for_all_chambers(
    checkout: HookedCheckout, worker: Session
) -> None:
    asked = writing(checkout.main / "a.py")
    assert worker.fire("PreToolUse", asked, "guard").denial
    python = Path(worker.commands("PreToolUse", "guard")[0].split("[ -x ")[1].split(" ")[0])
    initialise(checkout.main, python, isolation=False)
    assert worker.fire("PreToolUse", asked, "guard") == HookAnswer()
    for command, is_denied in ((f"touch '{checkout.main}/a.py'", False), ("git stash", True)):
        assert bool(worker.fire("PreToolUse", running(command), "bash").denial) is is_denied
    initialise(checkout.main, python)
    assert worker.fire("PreToolUse", asked, "guard").denial


def test_a_call_is_denied_for_only_one_reason(checkout: HookedCheckout) -> None:
    worker = Session(checkout.chamber())
    send(worker.directory, "Hello")
    assert worker.fire("PreToolUse", writing(checkout.main / "a.py"), "guard") == HookAnswer()
    assert worker.fire("PreToolUse", writing(checkout.main / "a.py")).denial


def test_the_guard_starts_only_for_writing_tools_and_commands(
    checkout: HookedCheckout,
) -> None:
    settings = (checkout.chamber() / ".claude" / "settings.local.json").read_text()
    assert settings.count(" guard 2>/dev/null") == 2
    assert settings.count('"matcher": "Bash"') == 1
    assert '"matcher": "Edit|Write|MultiEdit|NotebookEdit"' in settings


def test_a_suspended_workers_tools_are_denied_and_its_mail_still_arrives(
    checkout: HookedCheckout, worker: Session
) -> None:
    auth = checkout.main / ".claude" / "worktrees" / "auth"
    show_suspension(
        auth, Suspension(since=1, interrupt_id="i1", sender="ada", message="Wait\nhere")
    )
    reading = {"tool_name": "Read", "tool_input": {"file_path": "/etc/hostname"}}
    for _ in range(2):
        denial = worker.fire("PreToolUse", reading).denial
        assert denial == (
            "This call did not run: ada has suspended the work in chamber auth. "
            "No tool runs here until the work is resumed. Report how far you are and end your turn."
            " The reason given:\n> Wait here"
        )
    assert worker.fire("Stop") == worker.fire("SubagentStop") == HookAnswer()
    send(auth, "Still there?")
    assert "a message is waiting" in worker.fire("PreToolUse", reading).denial
    if worker.agent_id != "inner":
        assert "Still there?" in worker.fire("PostToolBatch").context
        assert "suspended" in worker.fire("PreToolUse", reading).denial
        show_suspension(auth, None)
        assert worker.fire("PreToolUse", reading) == HookAnswer()
    assert Session(checkout.main).fire("PreToolUse", reading) == HookAnswer()


@pytest.fixture
def aliases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the person's git know other words for the stash, and one that leads in a ring."""
    config = tmp_path / "gitconfig"
    config.write_text(
        '[alias]\nst = stash\nkeep = stash push -u\nwip = "!f() { git stash; }; f"\n'
        "show-stash = stash list\nring = ring stash\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))


def running(command: str, cwd: Path | None = None) -> dict[str, object]:
    place = {"cwd": str(cwd)} if cwd else {}
    return {"tool_name": "Bash", "tool_input": {"command": command}, **place}


@pytest.mark.parametrize(
    "command",
    [
        "git stash",
        "git stash push -u && make && git stash pop",
        "cd src; git -C 'a b' stash drop",
        "if true; then git -c user.name=x stash clear; fi",
        "GIT_EDITOR=true /usr/bin/git stash apply",
        "make test || (git stash)",
        'bash -c "git stash"',
        "bash -lc 'cd src && git stash pop'",
        "git -c a=b stash",
        "git -C 'a b' --no-pager stash",
        "git -c alias.put=stash put",
        '"git" stash push -m "a; b"',
        'echo "$(git stash)"',
        "eval git stash",
        "timeout 5 git stash",
        "sudo -n env A=b git stash",
        "git st",
        "git keep && make",
        "git wip --all",
        "cd src; git ring; git st",
    ],
)
@pytest.mark.usefixtures("aliases")
def test_a_command_that_changes_the_shared_stash_is_denied(
    checkout: HookedCheckout, worker: Session, command: str
) -> None:
    auth = checkout.main / ".claude" / "worktrees" / "auth"
    denial = worker.fire("PreToolUse", running(command, auth), "bash").denial
    assert "all chambers share one git stash" in denial
    assert "Commit on your own branch instead" in denial


@pytest.mark.parametrize(
    "command",
    [
        "git stash list",
        "git stash show -p",
        "git commit -m 'do not git stash; git stash'",
        'grep -rn "git stash" docs',
        "git log --grep stash",
        "cat stash",
        "bash -c 'git stash list'",
        "git show-stash",
        "git ring",
        "git status",
        "git -c alias.look='stash list' look",
        'bash run.sh "git stash"',
        "make test",
    ],
)
@pytest.mark.usefixtures("aliases")
def test_a_command_that_only_reads_or_names_the_stash_is_allowed(
    checkout: HookedCheckout, worker: Session, command: str
) -> None:
    auth = checkout.main / ".claude" / "worktrees" / "auth"
    assert worker.fire("PreToolUse", running(command, auth), "bash") == HookAnswer()


def test_a_command_that_writes_outside_the_chamber_is_denied_and_the_right_path_is_named(
    checkout: HookedCheckout, worker: Session
) -> None:
    auth = checkout.main / ".claude" / "worktrees" / "auth"
    into_main = f"cd '{auth}' && echo x > '{checkout.main}/src/a.py'"
    denial = worker.fire("PreToolUse", running(into_main), "bash").denial
    assert denial == (
        "This call did not run, but the user did not refuse it: a redirection would change "
        f"{checkout.main}/src/a.py, which is in the main checkout, and you work in "
        f"chamber auth. Use {auth}/src/a.py instead."
    )
    into_api = f"rm -rf '{checkout.main}/.claude/workspaces/api/src'"
    denial = worker.fire("PreToolUse", running(into_api), "bash").denial
    assert "rm would remove" in denial
    assert f"which is in chamber api, and you work in chamber auth. Use {auth}/src" in denial
    assert worker.fire("PreToolUse", running(f"touch '{auth}/a.py'"), "bash") == HookAnswer()


def test_a_command_without_effect_elsewhere_starts_no_python(
    checkout: HookedCheckout, worker: Session, tmp_path: Path
) -> None:
    (command,) = worker.commands("PreToolUse", "bash")
    python = command.split("[ -x ")[1].split(" ")[0]
    started = tmp_path / "started"
    fake = tmp_path / "python"
    fake.write_text(f"#!/bin/sh\ncat > '{started}'\n")
    fake.chmod(0o755)
    fields = {**running("grep -rn PRICE src"), "padding": "x"}
    for given, starts in ((fields, False), (running("grep PRICE src > a"), True)):
        subprocess.run(
            ["/bin/sh", "-c", command.replace(python, str(fake))],
            input=worker.payload("PreToolUse", given),
            cwd=worker.directory,
            check=True,
        )
        assert started.exists() is starts


def test_a_conductors_command_is_not_looked_at(checkout: HookedCheckout) -> None:
    checkout.chamber()
    asked = running(f"rm -rf {checkout.main}/src && git worktree prune")
    assert Session(checkout.main).fire("PreToolUse", asked, "bash") == HookAnswer()


def test_the_conductor_may_use_the_stash(checkout: HookedCheckout) -> None:
    checkout.chamber()
    assert Session(checkout.main).fire("PreToolUse", running("git stash"), "bash") == HookAnswer()
