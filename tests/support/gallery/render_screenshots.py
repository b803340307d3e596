"""Renders every scene of the gallery into screenshots/*.svg, the same on every machine.

With `--every-size DIRECTORY` the most telling ones are rendered there in all sizes and themes.
"""

import asyncio
import contextlib
import os
import re
import sys
import time
from collections.abc import Generator
from pathlib import Path

from tests.support.gallery.scenes import SCENES, Scene, app_of, every_size, play

SCREENSHOTS = Path(__file__).resolve().parents[3] / "screenshots"


@contextlib.contextmanager
def fixed_surroundings() -> Generator[None]:
    """Keep the machine's time zone and colour settings out of the pictures."""
    names = ("TZ", "NO_COLOR", "COLORTERM")
    before = {name: os.environ.get(name) for name in names}
    os.environ["TZ"] = "UTC"
    os.environ.pop("NO_COLOR", None)
    time.tzset()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        time.tzset()


async def render(scene: Scene) -> str:
    """Return the scene as SVG."""
    app = app_of(scene)
    async with app.run_test(size=scene.size, notifications=True) as pilot:
        await play(scene, pilot)
        svg = app.export_screenshot(simplify=True)
    # Rich names the picture's parts at random; the snapshots leave that out in the same way.
    return re.sub(r"\bterminal-\d+-([\w-]+)", r"terminal-\1", svg)


def main(names: list[str]) -> None:
    """Render the named scenes, or all, and remove pictures without a scene."""
    if names[:1] == ["--every-size"]:
        _render_every_size(Path(names[1]))
        return
    SCREENSHOTS.mkdir(exist_ok=True)
    with fixed_surroundings():
        for scene in SCENES:
            if not names or scene.name in names:
                svg = asyncio.run(render(scene))
                (SCREENSHOTS / f"{scene.name}.svg").write_text(svg, encoding="utf-8")
    of_scenes = {f"{scene.name}.svg" for scene in SCENES}
    for path in SCREENSHOTS.glob("*.svg"):
        if path.name not in of_scenes:
            path.unlink()


def _render_every_size(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    with fixed_surroundings():
        for scene in every_size():
            svg = asyncio.run(render(scene))
            (directory / f"{scene.name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
