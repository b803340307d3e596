"""Which new files of a landing are probably unintended: rules for names, sizes and types.

A worker's `git add --all`, or ours for its uncommitted work, adds everything that no ignore rule
covers: installed packages, dumps, keys. Each such file is named and needs a confirmation.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import dirname, isabs, join, normpath

_MEGABYTE = 1_000_000
_SHOWN = 5
# Folders that tools fill and that belong in an ignore file.
_GENERATED = frozenset(
    {
        "node_modules", "bower_components", "__pycache__", ".venv", "venv", ".tox", ".nox",
        ".mypy_cache", ".pytest_cache", ".ruff_cache", ".gradle", ".next", ".nuxt", ".terraform",
        ".cache", ".eggs", "coverage_html", "htmlcov",
    }
)  # fmt: skip
# Names of files in which tools keep keys and passwords.
_SECRET = re.compile(
    r"""(
      \.env | \.env\..+ | .+\.env | \.netrc | \.pgpass | \.pypirc | \.npmrc | \.htpasswd
    | id_(rsa|dsa|ecdsa|ed25519)(\.old)? | .+\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk)
    | credentials(\.json|\.csv)? | client_secret.*\.json | service[-_]?account.*\.json
    | secrets?\.(json|ya?ml|toml|ini|txt|env) | master\.key
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_TEMPLATE = re.compile(r".*\.(example|sample|template|dist|defaults?|pub)", re.IGNORECASE)
# What a crashed program leaves: core(5).
_CORE_DUMP = re.compile(r"core(\.\d+)?|.+\.(core|hprof|dmp|stackdump)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """The size in bytes, and the number in one new folder, above which files are named."""

    large: int = 5 * _MEGABYTE
    many: int = 100


def unintended_files(
    added: Mapping[str, int],
    present_folders: Collection[str],
    limits: Limits,
    secrets: Collection[str] = (),
) -> tuple[str, ...]:
    """Return one phrase for each file or folder that needs a yes, such as "core.1 (60 MB)".

    `added` has the sizes of new files by path, `present_folders` are the folders that the branch
    already has, and `secrets` are paths whose content holds a key.
    """
    phrases, inside = list[str](), set[str]()
    for folder, count in _folders(added, present_folders).items():
        generated = PurePosixPath(folder).name in _GENERATED
        if generated or count > limits.many:
            phrases.append(f"{folder}/ ({count} new file{'s' if count > 1 else ''})")
            inside.add(f"{folder}/")
    for path, size in sorted(added.items()):
        reason = _reason(path, size, limits, secrets)
        if reason and not path.startswith(tuple(inside)):
            phrases.append(f"{path} ({reason})")
    return tuple(phrases)


def odd_entries(links: Mapping[str, str], repositories: Collection[str]) -> tuple[str, ...]:
    """Return one phrase for each entry that needs a yes.

    `links` maps new symbolic links to their targets. `repositories` are new entries that name a
    commit of another repository without a submodule's settings.
    """
    phrases = [
        f"{path} (a link out of the repository, to {target})"
        for path, target in sorted(links.items())
        if leads_out(path, target)
    ]
    phrases += [
        f"{path} (a separate repository and not a submodule: others would get an empty folder)"
        for path in sorted(repositories)
    ]
    return tuple(phrases)


def leads_out(path: str, target: str) -> bool:
    """Tell whether a link at `path` in a tree leads out of the tree or is absolute."""
    if isabs(target):
        return True
    reached = normpath(join(dirname(path), target))
    return reached == ".." or reached.startswith("../")


def listed(phrases: Collection[str]) -> str:
    """Return the first few phrases and how many more there are."""
    shown = list(phrases)[:_SHOWN]
    more = len(phrases) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _folders(added: Mapping[str, int], present: Collection[str]) -> dict[str, int]:
    """Count the files in each outermost folder that is new or filled by a tool."""
    counts = Counter[str]()
    for path in added:
        parents = [str(parent) for parent in reversed(PurePosixPath(path).parents)][1:]
        outermost = next(
            (
                parent
                for parent in parents
                if parent not in present or PurePosixPath(parent).name in _GENERATED
            ),
            None,
        )
        if outermost is not None:
            counts[outermost] += 1
    return dict(sorted(counts.items()))


def _reason(path: str, size: int, limits: Limits, secrets: Collection[str]) -> str:
    name = PurePosixPath(path).name
    if path in secrets:
        return "holds what looks like a key"
    if _SECRET.fullmatch(name) and not _TEMPLATE.fullmatch(name):
        return "looks like a secret"
    if size > limits.large:
        return f"{size / _MEGABYTE:.0f} MB"
    if _CORE_DUMP.fullmatch(name) and size > _MEGABYTE:
        return "looks like a core dump"
    return ""
