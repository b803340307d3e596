import pytest

from orchestra_core import private_valkey
from orchestra_core.private_valkey import inspection, lease


def test_each_exported_name_is_that_of_its_module() -> None:
    assert private_valkey.join is lease.join
    assert private_valkey.shut_down is lease.shut_down
    assert private_valkey.inspect is inspection.inspect


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(private_valkey, "nothing")  # noqa: B009 - the name is not there to be written
