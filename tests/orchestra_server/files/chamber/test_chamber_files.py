"""What a fresh worktree is furnished with, in real repositories."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.errors import BadInput, Refused, Unavailable
from orchestra_core.project import find_project
from orchestra_server.files.chamber.chamber_files import (
    CONTEXT,
    HOOK_SETTINGS,
    SETTINGS,
    ProvisionPlan,
    link_workspace,
    provision_chamber,
    remove_provisions,
)
from orchestra_server.files.chamber.mailbox import post
from orchestra_server.files.installation.install import initialise, undo
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.hooks.hooked_checkout import HookedCheckout, Session, receipts_of, send
from tests.support.samples.documents import an_interrupt


def chamber_plan(main: TestRepository, name: str = "auth", below: str = "") -> ProvisionPlan:
    """Add a worktree and return the plan that provisions it."""
    path = main.path / below / ".claude" / "worktrees" / name
    main.git("worktree", "add", "-q", "-b", f"orchestra/{name}", str(path))
    project = find_project(main.path)
    plan = HookedCheckout(main.path, project_id=project.id).provision_plan(name, below)
    return replace(plan, project=project)


@pytest.fixture
def main(tmp_path: Path) -> TestRepository:
    return small_repository((tmp_path / "a répo").resolve())


def test_our_files_do_not_show_in_git_status(main: TestRepository) -> None:
    auth = chamber_plan(main)
    assert provision_chamber(auth) == []
    chamber = main.at(Path(auth.chamber.path))
    post(chamber.path, [an_interrupt()])
    Session(chamber.path).fire("PostToolBatch")
    Session(chamber.path).fire("PreToolUse")
    assert (main.status, chamber.status) == ("", "")
    assert (chamber.path / ".INTERRUPT.delivered").exists() is False
    assert [receipt.state for receipt in receipts_of(chamber.path)] == ["delivered", "acted"]


def test_a_chamber_in_a_subdirectory_is_ignored_by_git_and_linked_from_the_main_checkout(
    main: TestRepository,
) -> None:
    initialise(main.path, Path(sys.executable))
    api = chamber_plan(main, "api", below="packages/the api")
    assert provision_chamber(api) == provision_chamber(api) == []
    assert main.status == ""
    (link,) = (main.path / ".claude" / "hooks" / "elsewhere").iterdir()
    assert (link / "api").samefile(api.chamber.path)
    assert "left as it is while there are chambers" in "".join(undo(main.path))
    main.git("worktree", "remove", "--force", api.chamber.path)
    initialise(main.path, Path(sys.executable))
    undo(main.path)
    assert not link.parent.exists()


def test_the_briefing_holds_task_part_branch_and_siblings(main: TestRepository) -> None:
    auth = chamber_plan(main)
    provision_chamber(replace(auth, siblings=(auth.chamber,)))
    briefing = json.loads((Path(auth.chamber.path) / CONTEXT).read_text())
    assert briefing["mission"]["request"] == auth.task.description
    assert briefing["brief"] == "Do auth"
    assert briefing["scope"]["path"] == auth.chamber.path
    assert briefing["scope"]["branch"] == auth.chamber.branch
    assert briefing["siblings"] == []
    assert briefing["mail"]["file"] == f"{auth.chamber.path}/.INTERRUPT"
    assert any(auth.chamber.path in rule for rule in briefing["rules"])


def test_siblings_are_listed_with_path_and_branch(main: TestRepository) -> None:
    auth, api = chamber_plan(main), chamber_plan(main, "api")
    provision_chamber(replace(auth, siblings=(auth.chamber, api.chamber)))
    (sibling,) = json.loads((Path(auth.chamber.path) / CONTEXT).read_text())["siblings"]
    assert sibling == {
        "chamber": "api",
        "path": api.chamber.path,
        "branch": api.chamber.branch,
        "brief": "Do api",
    }


def test_writing_the_files_again_changes_nothing(main: TestRepository) -> None:
    auth = replace(chamber_plan(main), skeleton=("src/a.py", "docs/"))
    provision_chamber(auth)
    chamber = Path(auth.chamber.path)
    (chamber / "src" / "a.py").write_text("work")
    before = (chamber / SETTINGS).read_bytes()
    assert provision_chamber(auth) == []
    assert (chamber / "src" / "a.py").read_text() == "work"
    assert (chamber / SETTINGS).read_bytes() == before


def test_only_the_owner_can_read_the_hooks_settings(main: TestRepository) -> None:
    auth = chamber_plan(main)
    provision_chamber(auth)
    assert (Path(auth.chamber.path) / HOOK_SETTINGS).stat().st_mode & 0o777 == 0o600


def test_skeleton_files_are_created_without_a_commit(main: TestRepository) -> None:
    auth = replace(chamber_plan(main), skeleton=("src/auth/token.py", "docs/", "README"))
    provision_chamber(auth)
    chamber = main.at(Path(auth.chamber.path))
    assert chamber.status == "?? src/auth/token.py"
    assert (chamber.path / "docs").is_dir()
    assert chamber.read("README") == "hello\n"


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "/etc/x",
        "a/../../x",
        "",
        ".",
        "out/x",
        "out",
        "a\0b",
        ".git",
        ".git/hooks/x",
        ".claude/settings.local.json",
        "README/x",
    ],
)
def test_a_skeleton_path_outside_the_chamber_is_refused_and_nothing_is_written(
    main: TestRepository, tmp_path: Path, path: str
) -> None:
    auth = replace(chamber_plan(main), skeleton=("fine.py", path))
    chamber = Path(auth.chamber.path)
    (chamber / "out").symlink_to(tmp_path)
    with pytest.raises(BadInput, match="skeleton path") as caught:
        provision_chamber(auth)
    assert "\n" not in str(caught.value)
    assert not (chamber / "fine.py").exists()
    assert not (chamber / ".claude").exists()


def test_included_files_are_copied_with_their_mode_and_overwrite_nothing(
    main: TestRepository, tmp_path: Path
) -> None:
    main.commit("ignore", {".gitignore": ".env\nlink\nconfig/local/\n"})
    auth = chamber_plan(main)
    (main.write(".env", "SECRET=1")).chmod(0o600)
    main.write("config/local/db.yml", "x")
    (main.path / "link").symlink_to("/nonexistent")
    main.write("README", "changed, and tracked")
    included = (".env", "config/local/db.yml", "link", "README", "gone", "../outside")
    (main.path.parent / "outside").write_text("not ours")
    notes = provision_chamber(replace(auth, included=included))
    chamber = main.at(Path(auth.chamber.path))
    assert chamber.read(".env") == "SECRET=1"
    assert (chamber.path / ".env").stat().st_mode & 0o777 == 0o600
    assert chamber.read("config/local/db.yml") == "x"
    assert (chamber.path / "link").readlink() == Path("/nonexistent")
    assert chamber.read("README") == "hello\n"
    assert notes == ["../outside was not copied: its folder links out of the chamber"]
    assert chamber.status == ""


def test_included_client_settings_keep_the_users_entries(main: TestRepository) -> None:
    main.commit("ignore", {".gitignore": ".claude/settings.local.json\n"})
    auth = chamber_plan(main)
    main.write(
        ".claude/settings.local.json",
        '{"env": {"A": "1"}, "permissions": {"allow": ["Bash(ls)"]}, "hooks": {"Stop": [{"hooks": '
        '[{"type": "command", "command": "bell"}]}]}}',
    )
    provision_chamber(replace(auth, included=(".claude/settings.local.json",)))
    settings = json.loads((Path(auth.chamber.path) / SETTINGS).read_text())
    assert settings["env"] == {"A": "1"}
    assert settings["permissions"] == {"allow": ["Bash(ls)"]}
    assert settings["hooks"]["Stop"][0]["hooks"][0]["command"] == "bell"
    assert "import interrupt_monitor" in settings["hooks"]["Stop"][1]["hooks"][0]["command"]


def test_the_error_for_settings_that_are_not_json_names_file_and_line(main: TestRepository) -> None:
    auth = chamber_plan(main)
    main.at(Path(auth.chamber.path)).write(".claude/settings.local.json", "{\n  oops\n}")
    with pytest.raises(BadInput, match=r"settings\.local\.json line 2 is not JSON"):
        provision_chamber(auth)


def test_tracked_settings_stay_unchanged_and_the_main_checkouts_hooks_serve_the_chamber(
    main: TestRepository,
) -> None:
    main.commit("settings", {".claude/settings.local.json": '{"mine": true}\n'})
    auth = replace(chamber_plan(main), tracked=frozenset([SETTINGS.as_posix()]))
    (note,) = provision_chamber(auth)
    assert "tracked" in note
    chamber = main.at(Path(auth.chamber.path))
    assert chamber.status == ""
    assert chamber.read(".claude/settings.local.json") == '{"mine": true}\n'
    assert json.loads(chamber.read(str(HOOK_SETTINGS))).get("own_hooks", False) is False


def test_a_session_in_a_chamber_with_tracked_settings_gets_mail_through_the_main_hooks(
    tmp_path: Path,
) -> None:
    checkout = HookedCheckout((tmp_path / "r").resolve())
    small_repository(checkout.main)
    initialise(checkout.main, Path(sys.executable))
    chamber = Path(checkout.document().path)
    chamber.mkdir(parents=True)
    tracked = frozenset([SETTINGS.as_posix()])
    provision_chamber(replace(checkout.provision_plan(), tracked=tracked))
    send(chamber, "Hello")
    worker = Session(chamber, settings=checkout.main / ".claude" / "settings.local.json")
    assert worker.fire("PreToolUse").denial
    assert "Hello" in worker.fire("PostToolBatch").context


def test_the_workspace_link_is_relative_and_points_to_the_chamber(main: TestRepository) -> None:
    auth = chamber_plan(main)
    provision_chamber(auth)
    link = main.path / ".claude" / "workspaces" / "auth"
    assert link.readlink() == Path("../worktrees/auth")
    assert link.resolve() == Path(auth.chamber.path)


def test_a_file_at_the_links_path_stays_and_is_reported(main: TestRepository) -> None:
    auth = chamber_plan(main)
    mine = main.write(".claude/workspaces/auth/mine.txt", "mine")
    (line,) = provision_chamber(auth)
    assert "not a link" in line
    assert mine.read_text() == "mine"


def test_a_link_to_another_target_is_corrected(main: TestRepository) -> None:
    auth = chamber_plan(main)
    link = main.path / ".claude" / "workspaces" / "auth"
    link.parent.mkdir()
    link.symlink_to("../worktrees/other")
    assert link_workspace(Path(auth.chamber.path)) == []
    assert link.resolve() == Path(auth.chamber.path)


def test_a_claude_folder_that_is_a_link_out_of_the_chamber_is_refused(
    main: TestRepository, tmp_path: Path
) -> None:
    auth = chamber_plan(main)
    (tmp_path / "shared").mkdir()
    (Path(auth.chamber.path) / ".claude").symlink_to(tmp_path / "shared")
    with pytest.raises(Refused, match=r"\.claude of this project is a link"):
        provision_chamber(auth)
    assert list((tmp_path / "shared").iterdir()) == []


@pytest.mark.parametrize("folder", [".claude", ".claude/hooks"])
def test_a_folder_of_ours_that_is_a_link_to_one_of_the_project_is_refused(
    main: TestRepository, folder: str
) -> None:
    """Git hides our files by their paths below `.claude`: there they would be committed."""
    auth = chamber_plan(main)
    chamber = Path(auth.chamber.path)
    (chamber / "agents").mkdir()
    (chamber / folder).parent.mkdir(exist_ok=True)
    (chamber / folder).symlink_to(chamber / "agents")
    with pytest.raises(Refused, match=rf"{folder} of this project is a link to .*would not hide"):
        provision_chamber(auth)
    assert list((chamber / "agents").iterdir()) == []


def test_a_file_at_the_path_of_our_folder_is_refused(main: TestRepository) -> None:
    auth = chamber_plan(main)
    (Path(auth.chamber.path) / ".claude").touch()
    with pytest.raises(Refused, match="is a file"):
        provision_chamber(auth)


def test_a_missing_chamber_is_a_one_line_error(main: TestRepository) -> None:
    auth = chamber_plan(main)
    main.git("worktree", "remove", auth.chamber.path)
    with pytest.raises(Unavailable, match="is gone"):
        provision_chamber(auth)


def test_removing_our_files_keeps_work_and_mail(main: TestRepository) -> None:
    auth = replace(chamber_plan(main), skeleton=("src/a.py",))
    provision_chamber(auth)
    chamber = Path(auth.chamber.path)
    send(chamber, "still here")
    remove_provisions(chamber)
    remove_provisions(chamber)
    assert not (chamber / CONTEXT).exists()
    assert not (main.path / ".claude" / "workspaces" / "auth").is_symlink()
    assert (chamber / "src" / "a.py").exists()
    assert (chamber / ".INTERRUPT").exists()
    remove_provisions(main.path / ".claude" / "worktrees" / "never-was")
