from collections.abc import Iterator

import pytest

from orchestra_core.settings import Settings
from tests.support.stores.valkey_users import a_user_of_their_own


@pytest.fixture
def settings() -> Iterator[Settings]:
    """A user of their own: state and runtime directory apart from everyone's, and short."""
    with a_user_of_their_own() as own:
        yield own
