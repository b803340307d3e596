"""Which chambers of other clones this clone can land, and why it cannot land the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orchestra_core.clone.clone_places import ClonePlace, ago, place_of
from orchestra_core.models import Chamber
from orchestra_core.state import ProjectState
from orchestra_server.git.remotes.addresses import remote_at, shared_address

ANSWER_SECONDS = 90.0  # seconds; a clone that needs longer has its work ready for the next call
START_SECONDS = 10.0
# A clone heard just now, with nobody on duty, may be starting.
STARTING_MS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanForOtherClones:
    """The live chambers of other clones, grouped by what can be done about them.

    For those in `asked`, a process is on duty or starting, and hands over all their work within
    `seconds`. For those in `as_published` there is none, and what they published lands. `left_out`
    maps the names of the others to the reason. `addresses` has this clone's remotes, by name.
    """

    asked: tuple[Chamber, ...] = ()
    as_published: tuple[Chamber, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])
    addresses: Mapping[str, str] = field(default_factory=dict[str, str])
    places: Mapping[str, str] = field(default_factory=dict[str, str])  # name: clone, when heard
    holds: tuple[str, ...] = ()  # what needs a confirmation
    seconds: float = ANSWER_SECONDS

    @property
    def chambers(self) -> tuple[Chamber, ...]:
        """The chambers whose work can come here."""
        return (*self.asked, *self.as_published)

    def remote_of(self, chamber: Chamber) -> str:
        """Return the name of the remote that has a chamber's published work, "" for none."""
        return remote_at(self.addresses, chamber.published_on) if chamber.published_on else ""


def plan_for_other_clones(
    state: ProjectState,
    addresses: Mapping[str, str],
    clone: str,
    chambers: Iterable[Chamber],
    now: int,
) -> PlanForOtherClones:
    """Return the plan for the clone with the id `clone`, whose remotes have these addresses.

    Its own chambers, and chambers that are being closed, are not in it.
    """
    asked, as_published = list[Chamber](), list[Chamber]()
    left_out, places = dict[str, str](), dict[str, str]()
    holds, are_served = list[str](), list[bool]()
    for chamber in chambers:
        if chamber.clone == clone or not chamber.expects_worker:
            continue
        place = place_of(chamber, state, clone, now)
        places[chamber.name] = f"clone {place.name} ({place.heard})"
        address = common_address(state, chamber.clone, clone)
        remote = remote_at(addresses, address) if address else ""
        why = _why_not(chamber, place, remote, is_starting=now - place.heard_at < STARTING_MS)
        if why:
            left_out[chamber.name] = why
            continue
        if place.served or not chamber.published:
            asked.append(chamber)
            are_served.append(place.served)
        else:
            as_published.append(chamber)
            holds.append(
                f"{chamber.name}: nobody is on duty in {places[chamber.name]} to hand its work "
                f"over; what it published {ago(now - chamber.published_at)} ago would land"
            )
    return PlanForOtherClones(
        asked=tuple(asked),
        as_published=tuple(as_published),
        left_out=left_out,
        addresses=addresses,
        places=places,
        holds=tuple(holds),
        seconds=START_SECONDS if are_served and not any(are_served) else ANSWER_SECONDS,
    )


def apart_sentences(
    state: ProjectState, clone: str, chambers: Iterable[Chamber], now: int
) -> list[str]:
    """Return a sentence for each other clone whose chambers share no remote with this one's."""
    names: dict[str, list[str]] = {}
    for chamber in chambers:
        if chamber.clone != clone and not common_address(state, chamber.clone, clone):
            place = place_of(chamber, state, clone, now)
            names.setdefault(f"{place.name} ({place.heard})", []).append(chamber.name)
    return [
        f"Clone {place} shares no remote with this one, so the work of {', '.join(in_clone)} is "
        "neither compared nor landed here: add one to both with 'git remote add'."
        for place, in_clone in names.items()
    ]


def common_address(state: ProjectState, owner: str, reader: str) -> str:
    """Return the address through which the owner's work reaches the reader, "" for none.

    Both clones pass the two ids in this order and so choose the same remote.
    """
    clones = [state.clones.get(owner), state.clones.get(reader)]
    from_, to = (clone.remotes if clone else "" for clone in clones)
    return shared_address(from_, [to])


def _why_not(chamber: Chamber, place: ClonePlace, remote: str, *, is_starting: bool) -> str:
    where = f"is in clone {place.name} ({place.heard})"
    if chamber.state == "creating":
        return f"{where}, where it is being created; call again once it is there"
    if not remote:
        return (
            f"{where}, which shares no remote with this clone that could bring its work here: add "
            "one to both with 'git remote add', or call complete_task there too"
        )
    if not (place.served or chamber.published or is_starting):
        return (
            f"{where}, where nobody is on duty to hand its work over, and nothing of it is "
            "published: start Orchestra there and call again"
        )
    return ""
