"""`ccmanager` from the npm registry, idle in a tmux of its own: what many use to see their agents.

It is installed into the scratch directory and started as the JavaScript it is; the program its
package names only looks for a binary that comes as a package of its own.
"""

import shutil
import subprocess

from benchmarks.figures.row import CannotMeasure, SampleBudget
from benchmarks.projects.places import Place
from benchmarks.rooms.room_terminal import processor_seconds, room_terminal

VERSION = "4.2.3"
NAME = f"ccmanager {VERSION}"
_INSTALL_SECONDS = 120.0
_SETTLE_SECONDS = 5.0


def idle_processor(place: Place, budget: SampleBudget) -> list[float]:
    """Return samples of how much of a core it takes, in percent, with two worktrees to show.

    Raises CannotMeasure where npm is missing or it does not come up.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise CannotMeasure("node and npm are not installed")
    if budget.short:
        raise CannotMeasure("the short form installs nothing")
    prefix = place.directory / "npm"
    install = [npm, "install", "--no-fund", "--no-audit", "--prefix", str(prefix)]
    try:
        subprocess.run(
            [*install, f"ccmanager@{VERSION}"],
            check=True,
            capture_output=True,
            timeout=_INSTALL_SECONDS,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise CannotMeasure(f"npm could not install {NAME}: {error}") from error
    repository = place.repository("beside")
    repository.git("worktree", "add", "-q", "-b", "auth", str(place.directory / "beside-auth"))
    home = place.directory / "home"
    home.mkdir()
    command = (node, str(prefix / "node_modules/ccmanager/dist/cli.js"))
    with room_terminal(
        command, repository.path, place.environ | {"HOME": str(home)}, place.directory
    ) as shown:
        try:
            shown.wait_for("New Worktree", 30)
            shown.drain(_SETTLE_SECONDS)
            samples: list[float] = []
            for _ in range(3):
                used = processor_seconds(shown.pid)
                shown.drain(5)
                samples.append((processor_seconds(shown.pid) - used) / 5 * 100)
        except RuntimeError as error:
            raise CannotMeasure(f"{NAME} ended: {error}") from error
    return samples
