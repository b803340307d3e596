import pytest

from orchestra_server.domain.tasks.unintended_files import (
    Limits,
    leads_out,
    listed,
    odd_entries,
    unintended_files,
)

LIMITS = Limits(large=1000, many=10)


def test_ordinary_files_need_no_confirmation() -> None:
    added = {"src/auth.py": 900, "src/new/a.py": 10, "tests/test_auth.py": 20, ".env.example": 5}
    assert unintended_files(added, {"src", "tests"}, LIMITS) == ()


@pytest.mark.parametrize(
    "name",
    [".env", "deploy/.env.production", "server.pem", "id_rsa", "conf/credentials.json", ".netrc",
     "secrets.yaml", "prod.env", "SERVER.KEY"],
)  # fmt: skip
def test_a_file_named_like_a_secret_is_reported(name: str) -> None:
    assert unintended_files({name: 10}, {"deploy", "conf"}, LIMITS) == (
        f"{name} (looks like a secret)",
    )


@pytest.mark.parametrize("name", [".env.example", "id_rsa.pub", "server.pem.sample", "env.py"])
def test_a_template_and_a_public_key_are_not_reported_as_secrets(name: str) -> None:
    assert unintended_files({name: 10}, (), LIMITS) == ()


def test_a_large_file_is_reported_with_its_size() -> None:
    added = {"core.1234": 60_000_000, "notes.txt": 1000}
    assert unintended_files(added, (), LIMITS) == ("core.1234 (60 MB)",)


def test_a_size_is_rounded_to_the_nearest_megabyte() -> None:
    assert unintended_files({"dump": 1_600_000}, (), LIMITS) == ("dump (2 MB)",)


def test_a_file_of_five_megabytes_and_a_folder_of_a_hundred_files_are_ordinary() -> None:
    within = {"video": 5_000_000} | {f"new/{number}": 1 for number in range(100)}
    assert unintended_files(within, (), Limits()) == ()
    above = {"video": 5_000_001} | {f"new/{number}": 1 for number in range(101)}
    assert unintended_files(above, (), Limits()) == ("new/ (101 new files)", "video (5 MB)")


@pytest.mark.parametrize(
    ("name", "size", "is_named"),
    [("core", 1_000_001, True), ("core.77", 1_000_001, True), ("app.hprof", 4_000_000, True),
     ("core", 1_000_000, False), ("core", 999_999, False), ("core.py", 4_000_000, False)],
)  # fmt: skip
def test_a_file_named_like_a_core_dump_is_named_above_a_megabyte(
    name: str, size: int, *, is_named: bool
) -> None:
    expected = (f"{name} (looks like a core dump)",) if is_named else ()
    assert unintended_files({name: size}, (), Limits()) == expected


def test_a_new_folder_with_many_files_is_reported_once() -> None:
    added = {f"vendor/pkg{number}/index.js": 1 for number in range(11)}
    assert unintended_files(added, (), LIMITS) == ("vendor/ (11 new files)",)


def test_many_new_files_in_an_existing_folder_are_not_reported() -> None:
    added = {f"src/part{number}.py": 1 for number in range(11)}
    assert unintended_files(added, {"src"}, LIMITS) == ()


def test_a_folder_that_tools_generate_is_reported_at_its_first_file() -> None:
    added = {"web/node_modules/left-pad/index.js": 1}
    assert unintended_files(added, {"web"}, LIMITS) == ("web/node_modules/ (1 new file)",)


def test_files_in_a_reported_folder_are_not_reported_again() -> None:
    added = {"node_modules/.env": 1, "node_modules/big": 5000}
    assert unintended_files(added, (), LIMITS) == ("node_modules/ (2 new files)",)


def test_a_file_with_a_key_in_its_content_is_reported() -> None:
    assert unintended_files({"app.py": 1}, (), LIMITS, {"app.py"}) == (
        "app.py (holds what looks like a key)",
    )


def test_a_long_list_of_reports_is_cut_after_the_first_ones() -> None:
    assert listed([str(number) for number in range(7)]) == "0, 1, 2, 3, 4 and 2 more"


@pytest.mark.parametrize(
    ("path", "target", "is_out"),
    [
        ("a", "/etc/passwd", True),
        ("a", "..", True),
        ("a", "../b", True),
        ("d/a", "../../b", True),
        ("d/a", "x/../../../b", True),
        ("a", "b", False),
        ("d/a", "../b", False),
        ("d/e/a", "../../b", False),
        ("a", "..b", False),
        ("a", ".", False),
    ],
)
def test_a_link_leads_out_if_it_is_absolute_or_climbs_above_the_top(
    path: str, target: str, *, is_out: bool
) -> None:
    assert leads_out(path, target) == is_out


def test_each_odd_entry_is_one_phrase_that_says_what_it_is() -> None:
    links = {"up": "../x", "inside": "README.md", "fixed": "/etc/passwd"}
    assert odd_entries(links, ["vendor"]) == (
        "fixed (a link out of the repository, to /etc/passwd)",
        "up (a link out of the repository, to ../x)",
        "vendor (a separate repository and not a submodule: others would get an empty folder)",
    )
