import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.private_valkey import shut_down
from orchestra_core.settings import Settings
from tests.support.valkey_users import settings_at


@pytest.fixture
def settings() -> Iterator[Settings]:
    """A user of their own: state and runtime directory apart from everyone's, and short."""
    base = Path(tempfile.mkdtemp(prefix="orc"))
    runtime = base / "run"
    runtime.mkdir()
    own = settings_at(base / "state", runtime)
    yield own
    with suppress(StoreUnavailable):
        shut_down(own)
    shutil.rmtree(base)
