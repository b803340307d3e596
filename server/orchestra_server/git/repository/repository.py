"""One git repository: its paths, its HEAD, and the locks around what its worktrees share."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import BadInput, Refused, Unavailable
from orchestra_core.process.file_lock import locked_file
from orchestra_core.text import one_line
from orchestra_server.git.process.plain_git import GitResult, git_version
from orchestra_server.git.process.run import ceiling_env, git_output, run_git

# `merge-tree --write-tree` came with 2.38 (git's RelNotes/2.38.0).
_OLDEST_GIT = (2, 38)
_LOCK = "orchestra.lock"
_BARE_OPTIONS = {"worktree": "--worktree "}  # options of git config, by scope
_LANDING_LOCK = "orchestra-landing.lock"
# What git is asked about a directory; the answers come in this order.
_PLACES = (
    "--is-inside-work-tree", "--is-bare-repository", "--path-format=absolute", "--git-common-dir",
)  # fmt: skip
_LONGEST_REVISION = 1000  # characters; git refuses a ref beyond 4096 bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The HEAD of a working tree; `branch` is empty if it is detached."""

    branch: str
    commit: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository seen from one working tree, or from a bare repository's own directory."""

    top: Path
    common_dir: Path

    def git(self, *args: str, stdin: str = "", env: Mapping[str, str] | None = None) -> str:
        """Return what git prints; raises GitFailed with one line."""
        return git_output(self.top, *args, stdin=stdin, env=env)

    def run(self, *args: str, stdin: str = "", env: Mapping[str, str] | None = None) -> GitResult:
        """Run git where a failure is a result and not an error."""
        return run_git(self.top, *args, stdin=stdin, env={**ceiling_env(self.top), **(env or {})})

    def head(self) -> Head:
        """Return branch and commit of HEAD; raises Refused while there is no commit."""
        return head_of(self.top)

    def resolve(self, revision: str) -> str:
        """Return the commit that a revision names; raises BadInput for an unknown one."""
        fit = revision.isprintable() and 0 < len(revision) <= _LONGEST_REVISION
        if fit:
            result = self.run(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
            )
            if result.status == 0:
                return result.out.strip()
        raise BadInput(
            f"{one_line(revision, 80)!r} is not a revision of {self.top}; "
            "give a branch, a tag or a commit that 'git log' knows"
        )

    @contextmanager
    def locked(self) -> Generator[None]:
        """Hold the lock around adding, removing and configuring worktrees.

        Git itself sometimes fails when two processes do so at once. The kernel frees the lock when
        its holder dies.
        """
        with locked_file(self.common_dir / _LOCK):
            yield

    @contextmanager
    def landing_locked(self) -> Generator[None]:
        """Hold the lock around moving a branch: undoing one landing must not overlap another."""
        with locked_file(self.common_dir / _LANDING_LOCK):
            yield


def open_repository(directory: Path) -> Repository:
    """Return the repository that `directory` is in; raises Unavailable, saying what to do."""
    if git_version() < _OLDEST_GIT:
        version = ".".join(map(str, git_version()))
        raise Unavailable(f"git {version} is too old; Orchestra needs git 2.38 or newer")
    if not directory.is_dir():
        raise Unavailable(f"{directory} is not a directory; name one inside a git repository")
    result = run_git(directory, "rev-parse", *_PLACES, "--show-toplevel")
    said = result.out.removesuffix("\n").split("\n", 2)
    if len(said) < len(_PLACES) - 1:
        raise Unavailable(_explanation(directory, result))
    inside, bare, common = said
    top = ""
    if not result.status:  # outside a working tree, git has no top to show
        common, top = _two_paths(directory, common)
    common_dir = Path(common).resolve()
    if inside == "true":
        top = top or _git_output_anywhere(directory, "rev-parse", "--show-toplevel")
    elif bare == "true":
        require_really_bare(common_dir)
        top = str(common_dir)
    else:  # somewhere below .git: use its main working tree
        listed = _git_output_anywhere(directory, "worktree", "list", "--porcelain", "-z")
        top = listed.split("\0", 1)[0].removeprefix("worktree ")
    return Repository(Path(top).resolve(), common_dir)


def _two_paths(directory: Path, lines: str) -> tuple[str, str]:
    """Return the common directory and the top from git's lines; either path may hold a newline."""
    common, _, top = lines.partition("\n")
    if "\n" not in top:
        return common, top
    top = _git_output_anywhere(directory, "rev-parse", "--show-toplevel")
    return lines.removesuffix(f"\n{top}"), top


def require_really_bare(common_dir: Path) -> None:
    """Raise Refused if a tool has set core.bare=true in a repository with a checkout.

    Git then ignores the checkout, and a branch would move without its files. Only a repository
    that has, or had, a checkout of its own contains an index.
    """
    if common_dir.name == ".git" and (common_dir / "index").exists():
        said = run_git(common_dir, "config", "--show-scope", "--get", "core.bare").out.split()
        scope = said[0] if said else "local"
        if scope == "command":
            raise Refused(
                "the environment says core.bare=true (GIT_CONFIG_PARAMETERS or GIT_CONFIG_COUNT), "
                f"so git does not see the checkout beside {common_dir}; start again without that"
            )
        place = common_dir / ("config.worktree" if scope == "worktree" else "config")
        raise Refused(
            f"core.bare is true in {place}, so git does not see the checkout beside it; run: "
            f"git -C '{common_dir}' config {_BARE_OPTIONS.get(scope, '')}core.bare false"
        )


def require_own_files(repo: Repository, checkout: Path) -> None:
    """Raise Refused if core.worktree makes git take other files for a checkout's.

    Git would read and write there, and the checkout would be left behind. For a person who works
    like that on purpose, that place is the repository's top.
    """
    content = (repo.common_dir / "config").read_bytes().lower()
    in_files = b"worktree" in content or b"include" in content
    if not in_files and not (repo.common_dir / "config.worktree").exists():
        return
    asked = run_git(checkout, "rev-parse", "--show-toplevel", env=ceiling_env(checkout))
    seen = Path(asked.out.removesuffix("\n"))
    if not asked.status and seen.resolve() in (checkout.resolve(), repo.top.resolve()):
        return
    said = run_git(repo.common_dir, "config", "--show-origin", "--get", "core.worktree")
    origin, _, value = said.out.strip().partition("\t")
    if not value:
        return  # something else is wrong, which git itself reports
    file = repo.common_dir / origin.removeprefix("file:")
    raise Refused(
        f"core.worktree is {value}, so git takes the files there for those of {checkout}, which "
        f"would be left behind; run: git config --file '{file}' --unset core.worktree"
    )


def _git_output_anywhere(directory: Path, *args: str) -> str:
    """Return git's output without its final newline, also from a repository further up."""
    result = run_git(directory, *args)
    if result.status:
        raise Unavailable(_explanation(directory, result))
    return result.out.removesuffix("\n")


def head_of(worktree: Path) -> Head:
    """Return the HEAD of a working tree; raises Refused while there is no commit."""
    result = run_git(
        worktree, "rev-parse", "HEAD^{commit}", "--symbolic-full-name", "HEAD",
        env=ceiling_env(worktree),
    )  # fmt: skip
    if result.status:
        if not (worktree / ".git").exists() and not (worktree / "HEAD").exists():
            raise Unavailable(f"{worktree} is no longer a git working tree")
        raise Refused(
            f"{worktree} has no commit yet, so nothing can be branched off; make a first commit: "
            "git commit --allow-empty -m 'First commit'"
        )
    commit, *names = result.out.split()
    # Where a tag or branch is called HEAD, git does not say which of the two it would name.
    name = names[0] if names else _symbolic_head(worktree)
    return Head("" if name in {"", "HEAD"} else name.removeprefix("refs/heads/"), commit)


def _symbolic_head(worktree: Path) -> str:
    named = run_git(worktree, "symbolic-ref", "--quiet", "HEAD", env=ceiling_env(worktree))
    return named.out.strip()


def _explanation(directory: Path, result: GitResult) -> str:
    if "dubious ownership" in result.err:
        return (
            f"git does not trust {directory}, which another user owns; if you do: "
            f"git config --global --add safe.directory '{directory}'"
        )
    if "not a git repository" in result.err:
        return (
            f"{directory} is not in a git repository; "
            "run this inside one, or make one with 'git init'"
        )
    return f"git cannot use {directory}: {result.failure}"
