"""Keeps Orchestra's own files from landing, even if a worker has forced one into its branch."""

import shlex
from collections.abc import Mapping, Sequence

from orchestra_core.errors import Refused
from orchestra_core.models import Chamber
from orchestra_server.git.merge.added_orchestra_files import added_orchestra_files
from orchestra_server.git.merge.inputs.landing_inputs import LandingInputs
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.snapshot.commit import first_names
from orchestra_server.usecases.completion.merge_and_land import PreparedLanding


def require_no_own_files(
    repo: Repository,
    ready: PreparedLanding,
    chambers: Sequence[Chamber],
    inputs: LandingInputs | None = None,
) -> None:
    """Raise Refused, with the commands that remove them, if our files would land. Blocking."""
    tips = [ready.tips[chamber] for chamber in ready.order if chamber in ready.tips]
    if inputs is not None and inputs.fits(ready.old, tips) and not inputs.own_files:
        return
    fault = own_files_fault(repo, ready, {chamber.name: chamber.path for chamber in chambers})
    if fault:
        raise Refused(f"nothing has landed: {fault}")


def own_files_fault(repo: Repository, ready: PreparedLanding, paths: Mapping[str, str]) -> str:
    """Return that refusal's text, "" if none of Orchestra's files would land.

    `paths` maps chamber names to directories. Blocking.
    """
    tips = [ready.tips[chamber] for chamber in ready.order if chamber in ready.tips]
    if not ready.moves or not tips or not added_orchestra_files(repo, ready.old, tips):
        return ""
    for chamber in ready.order:
        tip = ready.tips.get(chamber, "")
        own_files = added_orchestra_files(repo, ready.old, [tip]) if tip else ()
        if own_files:
            start = repo.git("merge-base", ready.old, tip).strip()
            git = ("git", "-C", paths[chamber])
            cure = (
                shlex.join((*git, "reset", "--soft", start)),
                shlex.join(
                    (*git, "rm", "--quiet", "--cached", "--ignore-unmatch", "--", *own_files)
                ),
            )
            return (
                f"the commits of chamber {chamber!r} hold files of Orchestra's own "
                f"({first_names(own_files)}); run: {' && '.join(cure)}; then call again, which "
                "commits the rest anew"
            )
    return "the merge would add files of Orchestra's own; take them out of the chambers' commits"
