"""`python -m benchmarks.load_profile`: where the room's time goes at 1,000 events/s, by part.

It opens the room as the load rows do and has py-spy, which must be on the PATH, look at it for a
while; each sample that is not waiting counts for the first part one of whose frames it holds.
"""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from benchmarks.projects import invented_project
from benchmarks.projects.places import Place, a_place
from benchmarks.rooms.pipeline import a_pipeline
from benchmarks.rooms.room_terminal import ROOM, room_terminal
from benchmarks.rooms.traffic import traffic
from orchestra_core.project import find_project

_RATE = 1_000  # events/s
_TASKS, _CHAMBERS = 10_000, 1_000
_SECONDS = 30
_SAMPLES = 200  # a second
_WAITING = ("wait (threading.py", "select (selectors.py", "_worker (concurrent", "get (queue.py")
# The innermost first: what a paint calls stands below the paint.
PARTS = (
    ("writing to the terminal", ("Output._put",)),
    ("painting: our own lines", ("LineWidget.render_lines",)),
    ("painting: Textual's compositor", ("Screen._on_timer_update",)),
    ("taking a step: tables, feed, detail, status", ("ViewModel._step",)),
    ("applying each event to the view model", ("ViewModel.arrived", "ViewModel.presence_changed")),
    ("decoding events", ("decode_event", "as_event")),
    ("hearing: socket, protocol, follower", ("follow (", "SubscriptionBuffer._read", "store/")),
    ("Textual's messages", ("MessagePump._process_messages",)),
)


def by_part(stacks: Iterable[str]) -> Counter[str]:
    """Return samples by part, from lines `frame;frame;… count` as py-spy writes them."""
    samples_by_part: Counter[str] = Counter()
    for line in stacks:
        frames, _, samples = line.rpartition(" ")
        if any(word in frames.rpartition(";")[2] for word in _WAITING):
            continue
        part = next(
            (name for name, words in PARTS if any(word in frames for word in words)),
            "the event loop and the rest",
        )
        samples_by_part[part] += int(samples)
    return samples_by_part


def main() -> int:
    """Measure, and print the parts with their shares."""
    spy = shutil.which("py-spy")
    if spy is None:
        sys.stderr.write("py-spy is not on the PATH; 'pip install py-spy' brings it\n")
        return 1
    with a_place() as place:
        raw = place.directory / "stacks"
        project = find_project(place.repository().path).id
        with a_pipeline(place.server.url, project) as pipeline:
            invented_project.seed(pipeline, _TASKS, _CHAMBERS)
        _look(spy, place, project, raw)
        samples_by_part = by_part(raw.read_text(encoding="utf-8").splitlines())
    total = sum(samples_by_part.values())
    busy = total / (_SECONDS * _SAMPLES)
    sys.stdout.write(f"{busy:.0%} of a core at {_RATE:,} events/s, of which\n")
    for name, samples in samples_by_part.most_common():
        sys.stdout.write(f"{samples / total:6.1%}  {name}\n")
    return 0


def _look(spy: str, place: Place, project: str, raw: Path) -> None:
    directory = place.directory / "shop"
    with room_terminal(ROOM, directory, place.environ, place.directory) as room:
        room.wait_for("● live")
        room.wait_for("server ready")
        with traffic(place.server.url, project, _RATE, _TASKS, _CHAMBERS):
            room.drain(2)
            command = [spy, "record", "--pid", str(room.pid), "--duration", str(_SECONDS)]
            options = ["--rate", str(_SAMPLES), "--nonblocking", "--format", "raw"]
            with subprocess.Popen([*command, *options, "--output", str(raw)]) as looking:
                while looking.poll() is None:
                    room.drain(0.5)


if __name__ == "__main__":
    sys.exit(main())
