"""Which new entries of a landing are seldom meant: links that lead out, loose repositories."""

from collections.abc import Collection, Mapping
from posixpath import dirname, isabs, join, normpath


def odd_entries(links: Mapping[str, str], repositories: Collection[str]) -> tuple[str, ...]:
    """Return one phrase for each entry that needs a yes.

    `links` maps new symbolic links to what they say; `repositories` are new entries that name a
    commit of another repository and have no submodule's settings.
    """
    phrases = [
        f"{path} (a link out of the repository, to {target})"
        for path, target in sorted(links.items())
        if leads_out(path, target)
    ]
    phrases += [
        f"{path} (a repository of its own and no submodule: others would get an empty folder)"
        for path in sorted(repositories)
    ]
    return tuple(phrases)


def leads_out(path: str, target: str) -> bool:
    """Tell whether a link at `path` in a tree leads out of that tree, or to a fixed place."""
    if isabs(target):
        return True
    reached = normpath(join(dirname(path), target))
    return reached == ".." or reached.startswith("../")
