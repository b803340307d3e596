"""Orchestra's own `.gitignore` files, for repositories whose rules outrank `info/exclude`.

An allowlist, or a rule such as `!.claude/**`, shows what the exclude block hides (gitignore(5)); a
`.gitignore` nearer to the files outranks both. It names our files and itself, and is written only
if needed. A file with that name that is not ours stays as it is.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from orchestra_server.domain.chambers.orchestra_files import (
    IGNORE_MARK,
    OWN_PATTERNS,
    SHARED_FILES,
    is_only_ours,
)
from orchestra_server.files.atomic_write import write_atomically

_FOLDER = ".claude"
_NAME = ".gitignore"
_MAIL = ".INTERRUPT"
_BELOW = ("worktrees", "workspaces", "hooks", "tools")
# Patterns for the files that this module may write; they are nobody's work.
IGNORE_FILES = (
    f"**/{_FOLDER}/{_NAME}",
    *(f"**/{_FOLDER}/{name}/{_NAME}" for name in _BELOW),
)
_CLIENT_FILES = tuple(
    path for path in SHARED_FILES if "/" in path and not path.endswith(f"/{_NAME}")
)
# One path for each pattern below the folder, to ask git about.
_SAMPLES = {
    f"{_FOLDER}/{name.replace('*', 'x')}{'x' if name.endswith('/') else ''}": name
    for name in (
        pattern.rpartition(f"{_FOLDER}/")[2] for pattern in OWN_PATTERNS if f"{_FOLDER}/" in pattern
    )
}


@dataclass(frozen=True, slots=True)
class StillShown:
    """What git's status still shows: mail, and names below the folder `.claude`."""

    mail: bool = False
    names: tuple[str, ...] = ()


def hide_by_ignore_files(
    top: Path, folder: Path, ignored: Callable[..., Collection[str]]
) -> StillShown:
    """Hide Orchestra's files below `folder/.claude` if another rule shows them.

    `top` is the working tree's; `ignored(paths)` returns those of the paths, relative to `folder`,
    that git ignores there. Git is asked only if a rule can show anything. Nothing outranks the
    rules of a file's own folder, so mail may still show, and so may files next to the project's own
    ignore file. Raises OSError.
    """
    if not _may_show(top, folder) or not _is_inside(top, folder / _FOLDER):
        return StillShown()
    beside_theirs = False
    for file in _client_files(folder):
        place = file.with_name(_NAME)
        if not ignored([file.relative_to(folder).as_posix()]) and _is_free(place):
            write_atomically(place, _lines_for(f"/{file.name}"))
    for place in (folder / _FOLDER, *(folder / _FOLDER / name for name in _BELOW)):
        within = place.relative_to(folder).as_posix()
        paths = list(_SAMPLES)
        # A rule for directories only applies to existing ones.
        paths += [f"{path.relative_to(folder).as_posix()}/" for path in _chambers(folder)]
        paths = [path for path in paths if path.startswith(f"{within}/")]
        if set(paths) <= set(ignored(paths)):
            continue
        if not _is_free(place / _NAME):
            beside_theirs = True
            continue
        place.mkdir(parents=True, exist_ok=True)
        write_atomically(place / _NAME, _content(within))
    hidden = ignored(list(_SAMPLES)) if beside_theirs else _SAMPLES
    return StillShown(
        mail=folder == top and not ignored([_MAIL]),
        names=tuple(name for sample, name in _SAMPLES.items() if sample not in hidden),
    )


def remove_ignore_files(folder: Path) -> None:
    """Remove the files that this module wrote in a working tree. Raises OSError."""
    of_clients = {Path(path).parent for path in _CLIENT_FILES}
    below = (Path(_FOLDER), *(Path(_FOLDER, name) for name in _BELOW), *sorted(of_clients))
    for place in (folder / name / _NAME for name in below):
        if place.is_file() and _is_free(place):
            place.unlink()


def _client_files(folder: Path) -> list[Path]:
    """Return the files of other agents' clients that hold nothing but Orchestra's part."""
    return [
        folder / path
        for path in _CLIENT_FILES
        if is_only_ours(path, "\n".join(_lines(folder / path)))
    ]


def _chambers(folder: Path) -> list[Path]:
    return [path for path in (folder / _FOLDER).glob("worktrees/*") if path.is_dir()]


def _content(within: str) -> bytes:
    names = [pattern.partition(f"{within}/")[2] for pattern in OWN_PATTERNS]
    rules = [f"/{name}" for name in names if name] if within == _FOLDER or any(names) else ["*"]
    return _lines_for(*rules)


def _lines_for(*rules: str) -> bytes:
    return "\n".join((IGNORE_MARK, f"/{_NAME}", *rules, "")).encode()


def _may_show(top: Path, folder: Path) -> bool:
    above = [folder, *(parent for parent in folder.parents if parent.is_relative_to(top))]
    below = (folder / _FOLDER, *(folder / _FOLDER / name for name in _BELOW))
    return any(_shows(place / _NAME) for place in (*above, *below))


def _shows(file: Path) -> bool:
    return any(line.startswith("!") for line in _lines(file))


def _is_free(file: Path) -> bool:
    """Tell whether there is no file at a path, or one that this module wrote."""
    return not file.is_symlink() and (not file.exists() or IGNORE_MARK in _lines(file))


def _lines(file: Path) -> Iterable[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()


def _is_inside(top: Path, folder: Path) -> bool:
    return folder.resolve().is_relative_to(top.resolve())
