from pathlib import Path

import pytest

from orchestra_server.files.hook.bash.write_scope import Write, WriteScope, absolute, is_forbidden

MAIN = "/orc/m"
AUTH = f"{MAIN}/.claude/worktrees/auth"
SCENE = WriteScope(AUTH, MAIN, f"{MAIN}/.git", f"{MAIN}/.git/worktrees/auth")


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        (f"{AUTH}/a", "own"),
        (f"{MAIN}/.git/worktrees/auth/index.lock", "own"),
        (f"{MAIN}/.git/refs/heads/main", "main"),
        (f"{MAIN}/a", "main"),
        (f"{MAIN}/.claude/worktrees/api/a", f"{MAIN}/.claude/worktrees/api"),
        (f"{MAIN}/.claude/worktrees", "main"),
        (f"{MAIN}/.claude/worktrees/\x01/a", ""),
        ("/orc/m2/a", ""),
        ("/tmp/a", ""),
    ],
)
def test_a_path_belongs_to_the_chamber_to_another_to_main_or_to_none(path: str, owner: str) -> None:
    assert SCENE.owner(path) == owner


@pytest.mark.parametrize(
    ("word", "path"),
    [("a/../b", "/c/b"), ("//x/y", "/x/y"), ("/x/./y/", "/x/y"), ("\x01/x", ""), ("", "")],
)
def test_a_word_is_a_path_in_its_directory(word: str, path: str) -> None:
    assert absolute(word, "/c") == path


def test_removing_a_folder_with_the_main_checkout_in_it_is_forbidden() -> None:
    assert is_forbidden(Write("rm", "/orc", removes=True), SCENE)
    assert not is_forbidden(Write("touch", "/orc"), SCENE)


def test_removing_a_link_is_no_change_of_what_it_leads_to(tmp_path: Path) -> None:
    main = tmp_path / "m"
    root = main / ".claude" / "worktrees" / "auth"
    root.mkdir(parents=True)
    (root / "link").symlink_to(main)
    scope = WriteScope(str(root), str(main), f"{main}/.git", f"{main}/.git/worktrees/auth")
    assert not is_forbidden(Write("rm", f"{root}/link", removes=True), scope)
    assert is_forbidden(Write("touch", f"{root}/link/a"), scope)
