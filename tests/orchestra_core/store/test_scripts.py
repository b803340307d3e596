"""The scripts say what they take, and touch nothing else: what a cluster demands of them."""

import re
from typing import get_args

import pytest

from orchestra_core.store.keys import Keys
from orchestra_core.store.scripts import ScriptName, script
from orchestra_core.store.store import Store

NAMES: tuple[ScriptName, ...] = get_args(ScriptName)


@pytest.mark.parametrize("name", NAMES)
def test_a_script_begins_with_its_keys_arguments_and_answer(name: ScriptName) -> None:
    header = script(name).source.partition("\n\n")[0]

    assert "-- KEYS" in header
    assert "-- Answer" in header
    assert ("ARGV[" in script(name).source) <= ("-- ARGV" in header)


@pytest.mark.parametrize("name", NAMES)
def test_a_script_names_no_key_of_its_own(name: ScriptName) -> None:
    calls = re.findall(r"redis\.call\('(\w+)', ([^,)]+)", script(name).source)

    assert calls
    for command, first in calls:
        expected = "ARGV[1]" if command == "PUBLISH" else "KEYS["
        assert first.startswith(expected), f"{command} {first}"


@pytest.mark.parametrize("name", NAMES)
async def test_the_server_knows_a_script_by_the_digest_we_send(
    store: Store, name: ScriptName
) -> None:
    source = script(name)

    assert await store.client.call("SCRIPT", "LOAD", source.source) == source.sha.encode()


async def test_all_keys_of_a_project_share_one_slot(store: Store) -> None:
    keys = Keys("a project")

    assert keys.sequence == "orchestra:{a project}:seq"
    for key in (keys.stream, keys.claims, keys.presence, keys.operation("x"), keys.activity("y")):
        assert key.startswith("orchestra:{a project}:")
