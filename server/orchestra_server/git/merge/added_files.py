"""What a landing would add to a branch: files with their sizes, links, and files that hold keys."""

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from orchestra_core.configuration.configuration import read_configuration
from orchestra_server.domain.tasks.unintended_files import Limits
from orchestra_server.git.process.caller_environ import caller_environ
from orchestra_server.git.repository.repository import Repository

# Content is searched only in small files; others are judged by name.
_SEARCHED_FILES = 300
_SEARCHED_SIZE = 200_000  # bytes
# Forms that issuers document: PEM, AWS, GitHub, GitLab, Slack, Stripe, OpenAI and Anthropic keys.
_KEY_FORMS = (
    r"-----BEGIN ([A-Z]+ )*PRIVATE KEY-----",
    r"(AKIA|ASIA)[0-9A-Z]{16}",
    r"gh[pousr]_[A-Za-z0-9]{36}",
    r"glpat-[A-Za-z0-9_-]{20}",
    r"xox[abprs]-[A-Za-z0-9-]{10}",
    r"[rs]k_live_[A-Za-z0-9]{16}",
    r"sk-(ant|proj|live)-[A-Za-z0-9_-]{16}",
)

# Modes of a tree's entries, git-fast-import(1).
_LINK = "120000"
_COMMIT = "160000"
_NOTHING_SET = 1  # git config's status


@dataclass(frozen=True, slots=True)
class AddedEntries:
    """What a branch would get: sizes of files, targets of links, repositories.

    `repositories` are commits of other repositories that no `.gitmodules` names.
    """

    files: dict[str, int] = field(default_factory=dict[str, int])
    links: dict[str, str] = field(default_factory=dict[str, str])
    repositories: tuple[str, ...] = ()


def added_entries(repo: Repository, old: str, new: str) -> AddedEntries:
    """Return the entries of `new` that `old` lacks, or has with another type."""
    raw = repo.git("diff-tree", "-r", "-z", "--no-renames", "--diff-filter=AT", old, new)
    parts = raw.split("\0")
    entries = [
        (path, *fields.split()[1:5:2])
        for fields, path in zip(parts[::2], parts[1::2], strict=False)
    ]
    files = {path: object_id for path, mode, object_id in entries if mode.startswith("100")}
    links = {path: object_id for path, mode, object_id in entries if mode == _LINK}
    commits = [path for path, mode, _ in entries if mode == _COMMIT]
    return AddedEntries(
        _sizes(repo, files),
        _targets(repo, links) if links else {},
        tuple(sorted(set(commits) - _submodules(repo, new))) if commits else (),
    )


def _sizes(repo: Repository, objects: Mapping[str, str]) -> dict[str, int]:
    asked = ("cat-file", "--batch-check=%(objectsize)")
    sizes = repo.git(*asked, stdin=_lines(objects.values())).split("\n") if objects else []
    return {path: int(size) for path, size in zip(objects, sizes, strict=False) if size.isdecimal()}


def _targets(repo: Repository, objects: Mapping[str, str]) -> dict[str, str]:
    printed = repo.git("cat-file", "--batch=%(objectsize)", stdin=_lines(objects.values()))
    rest, targets = os.fsencode(printed), dict[str, str]()
    for path in objects:
        size, _, rest = rest.partition(b"\n")
        if size.isdigit():
            targets[path], rest = os.fsdecode(rest[: int(size)]), rest[int(size) + 1 :]
    return targets


def _submodules(repo: Repository, commit: str) -> set[str]:
    """Return the paths that a commit's `.gitmodules` names."""
    told = repo.run(
        "config", "-z", "--blob", f"{commit}:.gitmodules", "--get-regexp", r"^submodule\..*\.path$"
    )
    return (
        {entry.partition("\n")[2] for entry in told.out.split("\0")} if not told.status else set()
    )


def _lines(objects: Iterable[str]) -> str:
    return "".join(f"{object_id}\n" for object_id in objects)


def present_folders(repo: Repository, commit: str) -> set[str]:
    """Return the folders of a commit's tree."""
    listed = repo.git("ls-tree", "-r", "-d", "-z", "--name-only", commit)
    return set(listed.split("\0")) - {""}


def files_with_keys(repo: Repository, commit: str, added: Mapping[str, int]) -> Collection[str]:
    """Return the added files that contain something in the form of a key."""
    searched = [path for path, size in added.items() if size <= _SEARCHED_SIZE]
    if not 0 < len(searched) <= _SEARCHED_FILES:
        return ()
    forms = [part for form in _KEY_FORMS for part in ("-e", form)]
    result = repo.run(
        "--literal-pathspecs", "grep", "--extended-regexp", "-I", "--name-only", "-z",
        "--no-color", *forms, commit, "--", *searched,
    )  # fmt: skip
    return {line.removeprefix(f"{commit}:") for line in result.out.split("\0") if line}


def read_limits(repo: Repository) -> Limits:
    """Return the limits from the git configuration: orchestra.largeFile and .manyFiles.

    Sizes take git's units: `git config orchestra.largeFile 20m`. Where git has none, the options
    `limits.large_file` and `limits.many_files` of the configuration apply.
    """
    usual = _configured_limits(repo)
    told = repo.run("config", "--type=int", "--get-regexp", r"^orchestra\.(largefile|manyfiles)$")
    if told.status not in (0, _NOTHING_SET):  # this one is not a number; the other may be
        return Limits(
            large=_number(repo, "orchestra.largeFile", usual.large),
            many=_number(repo, "orchestra.manyFiles", usual.many),
        )
    numbers = dict(line.split() for line in told.out.splitlines())  # the last one counts
    return Limits(
        large=_usable(numbers.get("orchestra.largefile", ""), usual.large),
        many=_usable(numbers.get("orchestra.manyfiles", ""), usual.many),
    )


def _configured_limits(repo: Repository) -> Limits:
    configuration = read_configuration(caller_environ(), repo.top)
    large, many = (configuration.value(f"limits.{name}") for name in ("large_file", "many_files"))
    usual = Limits()
    return Limits(
        large=large if isinstance(large, int) else usual.large,
        many=many if isinstance(many, int) else usual.many,
    )


def _number(repo: Repository, name: str, usual: int) -> int:
    return _usable(repo.run("config", "--type=int", "--get", name).out.strip(), usual)


def _usable(number: str, usual: int) -> int:
    return int(number) if number.isdecimal() else usual
