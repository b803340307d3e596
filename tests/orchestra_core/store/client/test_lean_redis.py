"""redis-py without what the store never uses of it."""

import subprocess
import sys
from importlib import metadata

_LEAN = "from orchestra_core.store.client.lean_redis import import_redis_lean; import_redis_lean()"


def test_redis_is_imported_without_telemetry_and_without_a_reader_of_packages() -> None:
    assert (
        python(
            f"import sys; {_LEAN}\n"
            "heavy = ('opentelemetry', 'typing_extensions', 'importlib.metadata', 'zipfile')\n"
            "print('redis.asyncio' in sys.modules, [name for name in heavy if name in sys.modules])"
        )
        == "True []\n"
    )


def test_redis_imported_lean_still_knows_its_version() -> None:
    said = python(f"{_LEAN}; import redis.utils; print(redis.utils.get_lib_version())")
    assert said == f"{metadata.version('redis')}\n"


def test_what_was_left_out_can_be_imported_afterwards() -> None:
    assert (
        python(
            f"{_LEAN}\n"
            "import typing_extensions\n"
            "from importlib import metadata\n"
            "print(metadata.version('redis') == metadata.distribution('redis').version)"
        )
        == "True\n"
    )


def test_a_redis_that_cannot_be_imported_lean_is_imported_as_usual() -> None:
    assert (
        python(
            "import sys; sys.modules['hiredis'] = None; sys.modules['redis.asyncio'] = None\n"
            f"{_LEAN}\n"
            "del sys.modules['redis.asyncio'], sys.modules['hiredis']\n"
            "print('redis' in sys.modules); import redis.asyncio; print(redis.asyncio.Redis)"
        )
        == "False\n<class 'redis.asyncio.client.Redis'>\n"
    )


def python(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
