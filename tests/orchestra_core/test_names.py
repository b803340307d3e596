import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra_core.errors import BadInput
from orchestra_core.models import BASE
from orchestra_core.names import (
    allowed_chamber_name,
    branch_of,
    chamber_id,
    check_chamber_name,
    check_chamber_names,
    is_chamber_lock,
    lock_reason,
    new_task_id,
    read_saved_ref,
    saved_ref,
    split_branch,
    split_chamber_id,
)


@pytest.mark.parametrize("name", ["a", "0", "auth", "auth-api", "a.b_c-d", "x" * 63])
def test_plain_names_are_accepted(name: str) -> None:
    assert check_chamber_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "../x", "-rf", "a/b", "x" * 64, "x" * 300, "Auth", "a b", "é", "a\n", ".a", "_a"),
        *("a..b", "a.", "a.lock", "a\x00b", "a\x1b[31m", "a\ud800", "~", "a:b", "a*"),
    ],
)
def test_invalid_names_are_refused_in_one_line(name: str) -> None:
    with pytest.raises(BadInput, match=r"^chamber name .*; ") as caught:
        check_chamber_name(name)

    line = str(caught.value)
    assert len(line) < 250
    assert line.isprintable()


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        *(("auth", "auth"), ("Fix/Login", "fix-login"), ("..", "worktree"), ("", "worktree")),
        *(("a..b.lock", "a.b"), (".lock", "lock"), ("é", "worktree"), ("-rf", "rf")),
    ],
)
def test_a_wanted_name_is_made_allowed(wanted: str, name: str) -> None:
    assert allowed_chamber_name(wanted) == name


@given(st.text())
def test_every_text_leads_to_an_accepted_name(wanted: str) -> None:
    assert check_chamber_name(allowed_chamber_name(wanted))


@given(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,62}", fullmatch=True))
def test_an_accepted_name_stays_below_its_directory_as_a_path(name: str) -> None:
    try:
        check_chamber_name(name)
    except BadInput:
        return
    assert Path("/base", name).resolve().parent == Path("/base")


@pytest.mark.parametrize("name", ["a", "a.b_c-d", "x" * 63, "a--b", "a._."])
def test_git_accepts_the_branch_of_each_accepted_name(name: str) -> None:
    try:
        check_chamber_name(name)
        taken = True
    except BadInput:
        taken = False
    asked = subprocess.run(
        ["git", "check-ref-format", "--branch", branch_of("task-1a2b", name)],
        capture_output=True,
        check=False,
    )

    assert (asked.returncode == 0) == taken


def test_an_empty_batch_a_repeated_name_or_an_invalid_name_is_refused() -> None:
    assert check_chamber_names(["auth", "api"]) == ("auth", "api")
    with pytest.raises(BadInput, match="chamber_names is empty"):
        check_chamber_names([])
    with pytest.raises(BadInput, match="'auth' is in the batch twice"):
        check_chamber_names(["auth", "api", "auth"])
    with pytest.raises(BadInput, match="'A'"):
        check_chamber_names(["auth", "A"])


@pytest.mark.parametrize(
    ("description", "slug"),
    [
        ("Please add a login to the API with tokens and tests", "add-login-api-tokens"),
        ("Fix it", "fix"),
        ("日本語", "task"),
        ("../../etc/passwd; rm -rf", "etc-passwd-rm-rf"),
        ("x" * 1_000, "x" * 40),
    ],
)
def test_a_task_id_is_readable_and_a_valid_branch_name(description: str, slug: str) -> None:
    task_id = new_task_id(description)

    assert re.fullmatch(re.escape(slug) + r"-[0-9a-f]{4}", task_id)
    assert new_task_id(description) != task_id or new_task_id(description) != task_id


def test_ids_branches_and_refs_are_built_from_task_and_chamber() -> None:
    assert chamber_id("t-1", "auth") == "t-1/auth"
    assert split_chamber_id("t-1/auth") == ("t-1", "auth")


def test_the_base_of_a_conflict_has_an_empty_task_id() -> None:
    assert split_chamber_id(BASE) == ("", BASE)
    assert branch_of("t-1", "auth") == "orchestra/t-1/auth"
    assert saved_ref("t-1", "auth", 5) == "refs/orchestra/saved/t-1/auth/5"


@pytest.mark.parametrize("ref", ["add-1f2e/auth/17", "refs/orchestra/saved/add-1f2e/auth/17"])
def test_task_and_chamber_are_parsed_from_a_saved_ref(ref: str) -> None:
    assert read_saved_ref(ref) == ("add-1f2e", "auth", 17)


@pytest.mark.parametrize("ref", ["", "auth", "add-1f2e/auth", "a/b/c", "refs/heads/a/b/1", "a/b/²"])
def test_any_other_ref_parses_to_none(ref: str) -> None:
    assert read_saved_ref(ref) is None


@pytest.mark.parametrize(
    ("branch", "named"),
    [
        ("orchestra/add-login-1a2b/auth", ("add-login-1a2b", "auth")),
        ("orchestra/auth", None),
        ("orchestra/a/b/c", None),
        ("feature/add-login-1a2b/auth", None),
        ("", None),
    ],
)
def test_only_a_branch_of_three_parts_names_a_task_and_a_chamber(
    branch: str, named: tuple[str, str] | None
) -> None:
    assert split_branch(branch) == named


def test_a_lock_is_a_chambers_only_where_its_reason_says_so() -> None:
    assert lock_reason("shop-1a2b", "auth") == "orchestra: chamber auth of task shop-1a2b"
    assert is_chamber_lock(lock_reason("shop-1a2b", "auth"))
    assert not is_chamber_lock("on a stick that is not always there")
