"""Where a command acts: its directory and the settings from the environment."""

from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import Unavailable
from orchestra_core.project import Project, find_project
from orchestra_core.settings import Settings


@dataclass(frozen=True, slots=True)
class CommandContext:
    """A directory and the settings; the project is looked up when it is first needed."""

    directory: Path
    settings: Settings
    typed_at: int | None = None  # in milliseconds; when the daemon was first asked to run it

    def project(self) -> Project:
        """Return the repository's project; raises Unavailable if there is none."""
        if not self.directory.is_dir():
            raise Unavailable(f"{self.directory} is not a directory; name one inside a repository")
        return find_project(self.directory, self.settings.project)
