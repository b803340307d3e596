"""Creating, showing, landing and closing chambers by commands, as people run them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from orchestra_core.settings import Settings
from tests.support.commands.run_command import COMMAND, orchestra
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository
from tests.support.room.terminal import terminal
from tests.support.stores.valkey_users import environment

pytestmark = pytest.mark.usefixtures("forked_commands")


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "my shop é")


@pytest.fixture
def auth(shop: TestRepository, settings: Settings) -> TestRepository:
    """A chamber with a commit and a new file."""
    ran = orchestra(shop.path, settings, "create", "auth", "--title", "Add a login")
    assert (ran.returncode, ran.stderr) == (0, "")
    chamber = TestRepository(shop.path / ".claude" / "worktrees" / "auth")
    chamber.commit("tokens", {"src/app.py": "one\nTWO\nthree\n"})
    chamber.write("open.py", "open\n")
    return chamber


def answer(shop: TestRepository, settings: Settings, *arguments: str) -> Any:
    ran = orchestra(shop.path, settings, *arguments, "--json")
    return json.loads(ran.stdout)


def on_terminal(settings: Settings, **environ: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.endswith("PAGER")}
    return {
        **inherited,
        **PLAIN_GIT,
        **environment(settings),
        "ORCHESTRA_REDIS_URL": settings.redis_url,
        "PYTHONUTF8": "1",
        **environ,
    }


def test_chambers_are_created_worked_in_and_landed_by_commands_alone(
    shop: TestRepository, settings: Settings
) -> None:
    ran = orchestra(shop.path, settings, "create", "auth", "api")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert str(shop.path / ".claude/worktrees/auth") in ran.stdout
    TestRepository(shop.path / ".claude/worktrees/auth").write("auth.py", "tokens\n")
    TestRepository(shop.path / ".claude/worktrees/api").write("api.py", "orders\n")

    refused = orchestra(shop.path, settings, "land")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.count("\n") == 1
    assert "add --yes" in refused.stderr

    dry = orchestra(shop.path, settings, "land", "--dry-run")
    assert (dry.returncode, dry.stderr) == (0, "")
    assert ". api   commits api.py" in dry.stdout  # first if both were made in one millisecond
    assert not (shop.path / "api.py").exists()

    part = orchestra(shop.path, settings, "land", "--only", "auth", "--yes", "-m", "Add tokens")
    assert (part.returncode, part.stderr) == (0, "")
    assert "Still live: api" in part.stdout
    assert shop.read("auth.py") == "tokens\n"
    assert "Add tokens" in shop.git("log", "-1", "--format=%B")

    done = answer(shop, settings, "land", "--yes")
    assert (done["completed"], sorted(done["merged"])) == (True, ["api", "auth"])
    assert shop.read("api.py") == "orders\n"
    assert "+tokens" in orchestra(shop.path, settings, "diff", "auth").stdout


def test_a_patch_that_is_piped_applies_and_names_what_it_leaves_out(
    shop: TestRepository, settings: Settings, auth: TestRepository
) -> None:
    ran = orchestra(shop.path, settings, "diff", "auth")
    assert ran.returncode == 0
    assert "1 file is not committed in auth" in ran.stderr
    subprocess.run(["git", "apply"], cwd=shop.path, input=ran.stdout, text=True, check=True)
    assert shop.read("src/app.py") == "one\nTWO\nthree\n"
    uncommitted = orchestra(shop.path, settings, "diff", "auth", "--uncommitted", "--stat")
    assert "open.py | 1 +" in uncommitted.stdout
    document = answer(shop, settings, "diff", "auth", "--all")
    assert [file["path"] for file in document["files"]] == ["open.py", "src/app.py"]
    assert (document["part"], document["state"]) == ("all", "live")
    assert auth.status == "?? open.py"


def test_a_conflict_lands_nothing_and_says_how_to_resolve_it(
    shop: TestRepository, settings: Settings, auth: TestRepository
) -> None:
    shop.commit("theirs", {"src/app.py": "one\nours\nthree\n"})
    before = shop.head
    ran = orchestra(shop.path, settings, "land", "--yes")
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "src/app.py (content): main and auth" in ran.stdout
    assert f"git -C '{auth.path}' merge main" in ran.stdout
    assert shop.head == before


def test_a_hold_is_overridden_only_by_the_option_that_says_so(
    shop: TestRepository, settings: Settings, auth: TestRepository
) -> None:
    orchestra(shop.path, settings, "interrupt", "auth", "Stop here", "--requires", "stop")
    held = orchestra(shop.path, settings, "land", "--yes")
    assert held.returncode == 1
    assert "has not read a critical message: 'Stop here'" in held.stdout
    assert auth.path.exists()
    assert orchestra(shop.path, settings, "land", "--yes", "--confirm").returncode == 0
    assert shop.read("open.py") == "open\n"


def test_closing_says_where_the_work_is_and_the_diff_shows_it_from_there(
    shop: TestRepository, settings: Settings, auth: TestRepository
) -> None:
    ran = orchestra(shop.path, settings, "close", "auth")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "refs/orchestra/saved/" in ran.stdout
    assert not auth.path.exists()
    assert "+open" in orchestra(shop.path, settings, "diff", "auth", "--all").stdout
    assert answer(shop, settings, "close", "auth")["already_closed"] is True


@pytest.mark.parametrize(
    "arguments",
    [
        ("create",),
        ("create", "No Name"),
        ("create", "auth", "--task", "t", "--title", "x"),
        ("diff",),
        ("diff", "t/No Name"),
        ("diff", "auth", "--all", "--uncommitted"),
        ("land", "--only"),
        ("land", "--only", "No Name", "--yes"),
        ("close",),
        ("close", "auth", "--force"),
    ],
    ids=" ".join,
)
def test_bad_input_is_one_line(
    shop: TestRepository, settings: Settings, arguments: tuple[str, ...]
) -> None:
    ran = orchestra(shop.path, settings, *arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("orchestra: ")
    assert ran.stderr.count("\n") == 1


def test_on_a_terminal_landing_asks_and_only_a_yes_lands(
    shop: TestRepository, settings: Settings, auth: TestRepository
) -> None:
    before = shop.head
    for reply, code in (("\n", 1), ("no\n", 1), ("y\n", 0)):
        with terminal([*COMMAND, "land"], shop.path, on_terminal(settings)) as shown:
            shown.wait_for("Land auth on main? [y/N]")
            shown.press(reply)
            assert shown.wait_end() == code
        assert (shop.head == before) == (code == 1)
    assert not auth.path.exists()


def test_on_a_terminal_the_diff_opens_the_pager_that_git_would_open(
    shop: TestRepository, settings: Settings, auth: TestRepository, tmp_path: Path
) -> None:
    auth.commit("a trick", {"trick": "\x1b]0;owned\x07\x1b[2Jx\n"})
    seen = tmp_path / "seen"
    shop.git("config", "core.pager", f"cat > {seen}; echo paged")
    command = [*COMMAND, "diff", "auth"]
    with terminal(command, shop.path, on_terminal(settings)) as shown:
        shown.wait_for("paged")
        assert shown.wait_end() == 0
    text = seen.read_text()
    assert "\x1b[32m+TWO\x1b[m" in text
    assert "+x" in text
    assert "owned" not in text
    shop.git("config", "pager.diff", "false")
    with terminal(command, shop.path, on_terminal(settings, NO_COLOR="1")) as shown:
        shown.wait_for("+TWO")
        assert shown.wait_end() == 0
