"""Which chambers a landing takes, if the caller names some of them."""

from collections.abc import Iterable, Sequence

from orchestra_core.errors import BadInput
from orchestra_core.models import Chamber
from orchestra_core.replies.completion import NOT_CHOSEN
from orchestra_core.text import one_line


def chosen_of(chambers: Iterable[Chamber], only: Sequence[str]) -> list[Chamber]:
    """Return the chambers that `only` names, or all of them if it names none."""
    return [chamber for chamber in chambers if not only or chamber.name in only]


def passed_over(chambers: Iterable[Chamber], only: Sequence[str]) -> dict[str, str]:
    """Return why each other live chamber is not landed, by name."""
    if not only:
        return {}
    return {
        chamber.name: NOT_CHOSEN
        for chamber in chambers
        if chamber.expects_worker and chamber.name not in only
    }


def require_chosen(chambers: Iterable[Chamber], only: Sequence[str], *, merge: bool) -> None:
    """Raise BadInput for a name that no live chamber has, or if nothing is to land."""
    if only and not merge:
        raise BadInput("only needs a landing; leave out commit_changes=false, or only")
    live = sorted(chamber.name for chamber in chambers if chamber.is_live)
    for name in only:
        if name not in live:
            raise BadInput(
                f"there is no live chamber {one_line(name, 63)!r} to land; "
                f"the live ones are: {', '.join(live) or 'none'}"
            )
