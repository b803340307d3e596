"""The room's two themes, and how an application installs them.

Every text colour has a contrast of at least 4.5:1 with every background it is drawn on.
"""

from typing import Any

from textual.app import App
from textual.theme import Theme

DARK = Theme(
    name="orchestra-dark",
    dark=True,
    primary="#8fb4d9",
    secondary="#a3adc2",
    accent="#8fb4d9",
    foreground="#d5d9e0",
    background="#15181d",
    surface="#1b1f26",
    panel="#222731",
    success="#8fbf8f",
    warning="#dcb46a",
    error="#ec8a84",
    variables={
        "foreground-muted": "#949dab",
        "foreground-disabled": "#767f8d",
        "border": "#8fb4d9",
        "border-blurred": "#3a414d",
        "block-cursor-background": "#2b3442",
        "block-cursor-foreground": "#d5d9e0",
        "block-cursor-blurred-background": "#1f242c",
        "scrollbar": "#4a5361",
        "footer-key-foreground": "#8fb4d9",
        "footer-background": "#15181d",
    },
)
LIGHT = Theme(
    name="orchestra-light",
    dark=False,
    primary="#245f96",
    secondary="#4d5766",
    accent="#245f96",
    foreground="#23272e",
    background="#fafaf7",
    surface="#f1f1ec",
    panel="#e7e7e0",
    success="#2d6a33",
    warning="#815300",
    error="#ad2a27",
    variables={
        "foreground-muted": "#5a626e",
        "foreground-disabled": "#737b87",
        "border": "#245f96",
        "border-blurred": "#c9cac4",
        "block-cursor-background": "#dce6f0",
        "block-cursor-foreground": "#23272e",
        "block-cursor-blurred-background": "#efefea",
        "scrollbar": "#b4b8b2",
        "footer-key-foreground": "#245f96",
        "footer-background": "#fafaf7",
    },
)


def install(app: App[Any], *, light: bool = False) -> None:
    """Register both themes with `app` and apply one."""
    app.register_theme(DARK)
    app.register_theme(LIGHT)
    app.theme = LIGHT.name if light else DARK.name
