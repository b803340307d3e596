"""What the room takes from the configuration: keys, theme and notifications."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestra_core.configuration.configuration import (
    ConfigProblem,
    Configuration,
    problem_of,
)
from orchestra_tui.keymap import read_keymap
from orchestra_tui.presentation.notices import NoticeWhen


@dataclass(frozen=True, slots=True)
class NoticeOptions:
    """When and how the operator is called; `desktop` is as configured."""

    when: NoticeWhen = "away"
    bell: bool = True
    desktop: str = "auto"
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoomOptions:
    """The options, and their faults that reading the configuration did not find."""

    keymap: Mapping[str, str] = field(default_factory=dict[str, str])
    theme: str = ""
    counts_in_title: bool = True
    notices: NoticeOptions = NoticeOptions()
    problems: tuple[ConfigProblem, ...] = ()


def read_room_options(configuration: Configuration) -> RoomOptions:
    """Return the room's options; a wrong key or theme is a problem, and counts as unset."""
    keymap = read_keymap(configuration.keys)
    problems = [
        problem_of(configuration, f"keys.{key_id}", fault)
        for key_id, fault in keymap.faults.items()
    ]
    theme = str(configuration.value("theme.name"))
    if theme and theme not in theme_names():
        choices = ", ".join(sorted(theme_names()))
        fault = f'theme.name = "{theme}" is not a theme; the themes are {choices}'
        problems.append(problem_of(configuration, "theme.name", fault))
        theme = ""
    return RoomOptions(
        keymap.keys,
        theme,
        bool(configuration.value("notifications.title")),
        _notices(configuration),
        (*configuration.problems, *problems),
    )


def _notices(configuration: Configuration) -> NoticeOptions:
    def value(name: str) -> Any:  # of the type in the table of options
        return configuration.value(f"notifications.{name}")

    return NoticeOptions(
        when=value("when"), bell=value("bell"), desktop=value("desktop"), command=value("command")
    )


def theme_names() -> list[str]:
    """Return the names of all themes: the room's two and Textual's."""
    # Late: without the room only `orchestra config` needs them, and only for a theme.
    from textual.theme import BUILTIN_THEMES  # noqa: PLC0415

    from orchestra_tui.themes import DARK, LIGHT  # noqa: PLC0415

    return [DARK.name, LIGHT.name, *BUILTIN_THEMES]
