"""The scripts say what they take, and touch nothing else: what a cluster demands of them."""

import re
from typing import get_args

import pytest

from orchestra_core.store.keys import Keys
from orchestra_core.store.scripts import ScriptName, script
from orchestra_core.store.store import Store

NAMES: tuple[ScriptName, ...] = get_args(ScriptName)


@pytest.mark.parametrize("name", NAMES)
def test_each_script_starts_with_a_comment_on_keys_arguments_and_answer(name: ScriptName) -> None:
    header = script(name).source.partition("\n\n")[0]

    assert "-- KEYS" in header
    assert "-- Answer" in header
    assert ("ARGV[" in script(name).source) <= ("-- ARGV" in header)


@pytest.mark.parametrize("name", NAMES)
def test_no_script_contains_a_key_name(name: ScriptName) -> None:
    calls = re.findall(r"redis\.call\('(\w+)', ([^,)]+)", script(name).source)

    assert calls
    for command, first in calls:
        expected = "ARGV[1]" if command == "PUBLISH" else "KEYS["
        assert first.startswith(expected), f"{command} {first}"


@pytest.mark.parametrize("name", NAMES)
async def test_our_digest_of_a_script_is_the_servers(store: Store, name: ScriptName) -> None:
    source = script(name)

    assert await store.client.call("SCRIPT", "LOAD", source.source) == source.sha.encode()


async def test_all_keys_of_a_project_share_one_slot(store: Store) -> None:
    keys = Keys("a project")

    assert keys.sequence == "orchestra:{a project}:seq"
    for key in (keys.stream, keys.claims, keys.presence, keys.operation("x"), keys.activity("y")):
        assert key.startswith("orchestra:{a project}:")
