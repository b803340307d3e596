"""The branch was rewritten while chambers were at work: what was taken out stays out."""

from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.merge.replay_own_commits import OwnWork, own_work, read_target
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(small_repository(tmp_path / "shop", {"app.py": "1\n2\n3\n", "other.py": "x\n"}))


def landing(shop: Workshop, base: str, chamber: TestRepository) -> OwnWork:
    target = read_target(shop.repo, "refs/heads/main", shop.main.head)
    return own_work(shop.repo, target, base, chamber.head)


def files_at(shop: Workshop, commit: str) -> list[str]:
    return shop.main.git("ls-tree", "-r", "--name-only", commit).split()


def test_nothing_is_replayed_on_a_branch_that_only_grew(shop: Workshop) -> None:
    base = shop.main.head
    [chamber] = shop.open("auth")
    tip = chamber.commit("auth", {"auth.py": "a\n"})
    shop.main.commit("mine", {"mine.py": "m\n"})
    assert landing(shop, base, chamber) == OwnWork(tip)


def test_a_commit_that_was_reset_away_is_not_replayed(shop: Workshop) -> None:
    base = shop.main.commit("bad", {"secret.env": "token\n"})
    [chamber] = shop.open("auth")
    chamber.commit("auth", {"auth.py": "a\n"})
    shop.main.git("reset", "--quiet", "--hard", "HEAD~1")
    own = landing(shop, base, chamber)
    assert "secret.env" not in files_at(shop, own.commit)
    assert "auth.py" in files_at(shop, own.commit)
    assert shop.main.git("rev-parse", f"{own.commit}^") == shop.main.head
    assert [line.split(" ", 1)[1] for line in own.returning] == ["bad"]


def test_an_amended_commit_is_in_the_result_once(shop: Workshop) -> None:
    base = shop.main.commit("mine", {"mine.py": "first\n"})
    [chamber] = shop.open("auth")
    chamber.commit("auth", {"auth.py": "a\n"})
    shop.main.write("mine.py", "amended\n")
    shop.main.git("commit", "--quiet", "--all", "--amend", "-m", "mine, amended")
    own = landing(shop, base, chamber)
    assert shop.main.git("show", f"{own.commit}:mine.py") == "amended"
    subjects = shop.main.git("log", "--format=%s", own.commit).splitlines()
    assert subjects[:2] == ["auth", "mine, amended"]


def test_a_replayed_commit_keeps_author_date_and_message(shop: Workshop) -> None:
    base = shop.main.commit("bad", {"bad.py": "b\n"})
    [chamber] = shop.open("auth")
    chamber.git("config", "i18n.commitEncoding", "ISO-8859-1")
    chamber.write("auth.py", "a\n")
    chamber.git("add", "--all")
    chamber.git(
        "-c", "i18n.commitEncoding=UTF-8", "commit", "--quiet", "--author=Zoë <zoe@example.org>",
        "--date=2001-02-03T04:05:06+0700", "-m", "auth: größer\n\nA body.",
    )  # fmt: skip
    shop.main.git("reset", "--quiet", "--hard", "HEAD~1")
    shown = ("-c", "i18n.logOutputEncoding=UTF-8", "show", "--no-patch", "--format=%an %ae %ad %B")
    own = landing(shop, base, chamber)
    assert shop.main.git(*shown, own.commit) == shop.main.git(*shown, chamber.head)


def test_a_replayed_commit_keeps_separators_in_its_message(shop: Workshop) -> None:
    base = shop.main.commit("bad", {"bad.py": "b\n"})
    [chamber] = shop.open("auth")
    chamber.commit("auth\x1fand\x1fmore", {"auth.py": "a\n"})
    shop.main.git("reset", "--quiet", "--hard", "HEAD~1")
    own = landing(shop, base, chamber)
    message = shop.main.git("show", "--no-patch", "--format=%B", own.commit).strip()
    assert message == "auth\x1fand\x1fmore"


def test_nothing_is_replayed_for_a_chamber_rebased_on_the_new_branch(shop: Workshop) -> None:
    base = shop.main.commit("bad", {"bad.py": "b\n"})
    [chamber] = shop.open("auth")
    chamber.commit("auth", {"auth.py": "a\n"})
    shop.main.git("reset", "--quiet", "--hard", "HEAD~1")
    chamber.git("rebase", "--quiet", "--onto", "main", base)
    assert landing(shop, base, chamber) == OwnWork(chamber.head)


def test_commits_merged_from_the_branch_before_its_reset_are_not_replayed_unasked(
    shop: Workshop,
) -> None:
    base = shop.main.head
    [chamber] = shop.open("auth")
    chamber.commit("auth", {"auth.py": "a\n"})
    shop.main.commit("bad", {"bad.py": "b\n"})
    chamber.git("merge", "--quiet", "--no-edit", "main")
    shop.main.git("reset", "--quiet", "--hard", "HEAD~1")
    with pytest.raises(Refused, match=r"bring back '[0-9a-f]+ bad'.*rebase the chamber"):
        landing(shop, base, chamber)


@pytest.mark.parametrize(
    ("count", "more"), [(2, ""), (3, ""), (4, " and 1 more"), (6, " and 3 more")]
)
def test_the_first_three_commits_that_would_come_back_are_named(
    shop: Workshop, count: int, more: str
) -> None:
    base = shop.main.head
    [chamber] = shop.open("auth")
    chamber.commit("auth", {"auth.py": "a\n"})
    for number in range(count):
        shop.main.commit(f"bad {number}")
    chamber.git("merge", "--quiet", "--no-edit", "main")
    shop.main.git("reset", "--quiet", "--hard", base)
    named = ", ".join(f"'[0-9a-f]+ bad {number}'" for number in range(min(count, 3)))
    with pytest.raises(Refused, match=rf"bring back {named}{more}; {chamber.head[:12]} is a merge"):
        landing(shop, base, chamber)


def test_a_long_subject_that_would_come_back_is_cut(shop: Workshop) -> None:
    base = shop.main.commit("b" * 100, {"bad.py": "b\n"})
    [chamber] = shop.open("auth")
    chamber.commit("auth", {"auth.py": "a\n"})
    shop.main.git("reset", "--quiet", "--hard", "HEAD~1")
    [line] = landing(shop, base, chamber).returning
    assert len(line) == 80
    assert line.endswith("b…")


def test_a_commit_whose_change_the_branch_has_by_now_is_left_out(shop: Workshop) -> None:
    base = shop.main.commit("bad", {"bad.py": "b\n"})
    [chamber] = shop.open("auth")
    chamber.commit("auth", {"auth.py": "a\n"})
    chamber.commit("more", {"more.py": "m\n"})
    shop.main.git("reset", "--quiet", "--hard", "HEAD~1")
    shop.main.commit("auth by hand", {"auth.py": "a\n"})
    own = landing(shop, base, chamber)
    subjects = shop.main.git("log", "--format=%s", own.commit).splitlines()
    assert subjects == ["more", "auth by hand", "first"]


def test_commits_are_replayed_in_the_persons_name_and_for_a_trial_in_orchestras(
    shop: Workshop,
) -> None:
    base = shop.main.commit("bad", {"bad.py": "b\n"})
    [chamber] = shop.open("auth")
    chamber.commit("auth", {"auth.py": "a\n"})
    shop.main.git("reset", "--quiet", "--hard", "HEAD~1")
    target = read_target(shop.repo, "refs/heads/main", shop.main.head)
    replayed = own_work(shop.repo, target, base, chamber.head)
    tried = own_work(shop.repo, target, base, chamber.head, trial=True)
    shown = [
        shop.main.git("show", "--no-patch", "--format=%an, %cn", own.commit)
        for own in (replayed, tried)
    ]
    assert shown == ["Ada Tester, Ada Tester", "Ada Tester, Orchestra"]


def test_a_conflict_while_replaying_names_the_files(shop: Workshop) -> None:
    base = shop.main.commit("mine", {"app.py": "1\nmine\n3\n"})
    [chamber] = shop.open("auth")
    chamber.commit("auth", {"app.py": "1\ntheirs\n3\n"})
    shop.main.git("reset", "--quiet", "--hard", "HEAD~1")
    own = landing(shop, base, chamber)
    assert own.conflicts == {"app.py": "content"}
    assert own.stopped_at is not None
    assert [line.split(" ", 1)[1] for line in own.returning] == ["mine"]


def test_work_that_landed_and_was_reset_away_lands_again(shop: Workshop) -> None:
    """The person took a landing back and lands the restored chamber once more."""
    base = shop.main.head
    [chamber] = shop.open("auth")
    tip = chamber.commit("auth", {"auth.py": "a\n"})
    shop.main.git("merge", "--quiet", "--no-ff", "--no-edit", tip)
    shop.main.git("reset", "--quiet", "--hard", base)
    assert landing(shop, base, chamber) == OwnWork(tip)


def test_a_base_commit_missing_from_the_repository_is_no_error(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    tip = chamber.commit("auth", {"auth.py": "a\n"})
    assert landing(shop, "0" * 40, chamber) == OwnWork(tip)


@pytest.mark.parametrize("date", ["@5 +0000", "@86400 -0330", "@1000000000 +0700"])
def test_a_replayed_commit_keeps_a_date_of_any_age(shop: Workshop, date: str) -> None:
    base = shop.main.commit("bad", {"bad.py": "b\n"})
    [chamber] = shop.open("auth")
    chamber.write("auth.py", "a\n")
    chamber.git("add", "--all")
    chamber.git("commit", "--quiet", f"--date={date}", "-m", "auth")
    shop.main.git("reset", "--quiet", "--hard", "HEAD~1")
    own = landing(shop, base, chamber)
    shown = shop.main.git("show", "--no-patch", "--date=raw", "--format=%ad", own.commit)
    assert f"@{shown}" == date


def test_a_commit_that_was_reset_away_does_not_come_back_where_git_has_forgotten_the_reset(
    shop: Workshop,
) -> None:
    base = shop.main.commit("bad", {"secret.env": "token\n"})
    [chamber] = shop.open("auth")
    chamber.commit("auth", {"auth.py": "a\n"})
    shop.main.git("reset", "--quiet", "--hard", "HEAD~1")
    shop.main.git("reflog", "expire", "--expire=now", "--all")
    assert "secret.env" not in files_at(shop, landing(shop, base, chamber).commit)


def test_a_target_has_the_commits_it_stood_at_and_does_not_hold(shop: Workshop) -> None:
    first = shop.main.head
    held = shop.main.commit("held")
    left_out = shop.main.commit("left out")
    shop.main.git("reset", "--quiet", "--hard", held)
    now = shop.main.commit("now")
    assert read_target(shop.repo, "refs/heads/main", now).former == (left_out,)
    assert read_target(shop.repo, "refs/heads/none", first).former == ()
