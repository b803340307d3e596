"""Pictures of the room need no font from the network, and their borders are lines."""

from tests.support.gallery.offline_pictures import offline
from tests.support.gallery.scenes import every_size

STYLE = ".terminal-r5 { fill: #3a414d }"
FONT = """
    @font-face {
        font-family: "Fira Code";
        src: url("https://cdnjs.cloudflare.com/font.woff2") format("woff2");
    }
"""


def text(content: str, x: float = 12.2, y: float = 44.4) -> str:
    clip = 'clip-path="url(#terminal-line-1)"'
    return (
        f'<text class="terminal-r5" x="{x:g}" y="{y:g}" textLength="24.4" {clip}>{content}</text>'
    )


def test_a_picture_fetches_no_font() -> None:
    assert "http" not in offline(FONT + STYLE + text("auth"))


def test_borders_are_lines_in_the_colour_of_their_text_and_words_stay() -> None:
    drawn = offline(STYLE + text("│─") + text("│ auth"))
    assert 'd="M18.3 25.4V50.8M24.4 38.1H36.6"' in drawn
    assert 'stroke="#3a414d"' in drawn
    assert text("│ auth") in drawn


def test_a_border_next_to_blanks_of_its_colour_is_a_line_too() -> None:
    drawn = offline(STYLE + text("│&#160;"))
    assert 'd="M18.3 25.4V50.8"' in drawn


def test_corners_lead_from_one_edge_of_their_cell_to_another() -> None:
    corners = {"╭": ("V43.1", "H24.4"), "╮": ("V43.1", "H12.2"), "╰": ("V33.1", "H24.4")}
    for corner, (down, along) in corners.items():
        drawn = offline(STYLE + text(corner))
        assert down in drawn
        assert f'{along}"' in drawn


def test_the_gallery_shows_each_telling_scene_in_every_size_and_theme() -> None:
    names = [scene.name for scene in every_size()]
    assert len(names) == len(set(names)) == 4 * (4 * 2 + 1)
    assert {"request-80x24-light", "board-200x60-dark", "land-no-color"} <= set(names)
