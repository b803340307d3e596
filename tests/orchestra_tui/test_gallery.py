"""Every scene of the gallery looks as it did, and the pictures in screenshots/ show just that."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.support.gallery.render_screenshots import SCREENSHOTS, fixed_surroundings
from tests.support.gallery.scenes import SCENES, Scene, app_of, play

SNAPSHOTS = Path(__file__).parent / "__snapshots__" / "test_gallery"
SnapCompare = Callable[..., bool]


@pytest.fixture(autouse=True)
def surroundings() -> Generator[None]:
    with fixed_surroundings():
        yield


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_scene_looks_as_it_did(scene: Scene, snap_compare: SnapCompare) -> None:
    async def before(pilot: Pilot[int]) -> None:
        await play(scene, pilot)

    same = snap_compare(app_of(scene), terminal_size=scene.size, run_before=before)
    assert same, f"{scene.name} looks different; look at it, then accept it: make snapshots"


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_screenshot_is_there_and_shows_what_its_scene_looks_like(scene: Scene) -> None:
    # The snapshot is what the scene looks like now, or the test above has failed.
    view_model = SCREENSHOTS / f"{scene.name}.svg"
    snapshot = SNAPSHOTS / f"test_a_scene_looks_as_it_did[{scene.name}].svg"
    assert view_model.exists(), f"screenshots/{view_model.name} is missing: make screenshots"
    assert view_model.read_text(encoding="utf-8") == snapshot.read_text(encoding="utf-8"), (
        f"screenshots/{view_model.name} is stale: make screenshots"
    )


def test_there_is_no_screenshot_without_a_scene() -> None:
    of_scenes = {f"{scene.name}.svg" for scene in SCENES}
    assert {path.name for path in SCREENSHOTS.glob("*.svg")} <= of_scenes
