"""The themes in the command palette."""

from functools import partial

from textual.command import Hit, Hits, Provider
from textual.content import Content

from orchestra_tui.screens.app_base import AppBase


class ThemeCommands(Provider):
    """Offers each theme; the choice is kept."""

    async def search(self, query: str) -> Hits:
        """Yield the themes that match."""
        app = self.app
        if not isinstance(app, AppBase):
            return
        matcher = self.matcher(query)
        for name in app.available_themes:
            text = f"Theme: {name}"
            if (score := matcher.match(text)) > 0:
                shown = "now" if name == app.theme else None
                yield Hit(score, Content(text), partial(app.choose_theme, name), text, shown)
