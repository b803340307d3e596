"""What doctor says of the store."""

from pathlib import Path

import pytest

from orchestra_core.project import Project
from orchestra_core.settings import Settings
from orchestra_core.store.client.acl_rights import least_rights
from orchestra_core.store.open_store import open_store
from orchestra_tui.command_line.doctor_checks.store_check import check_store
from tests.support.samples.documents import starting
from tests.support.stores.store_watch import commit
from tests.support.stores.valkey import running_server, valkey_binary

PROJECT = Project("shop-1a2b3c4d", Path("/repo"), Path("/repo/.git"))


async def test_a_working_store_passes_after_a_write_a_subscription_and_a_read(
    settings: Settings,
) -> None:
    (check,) = await check_store(PROJECT, settings)
    assert check.verdict == "ok"
    assert check.found.endswith("; writes, subscribes and reads back")


@pytest.mark.parametrize("rights", [("~app:*", "+@all"), ("~*", "+@all", "-xadd")])
async def test_the_check_of_a_user_without_rights_lists_the_rights_needed(
    tmp_path: Path, rights: tuple[str, ...]
) -> None:
    with running_server(valkey_binary()) as server:
        server.command("ACL", "SETUSER", "app", "on", ">pw", "&*", *rights)
        settings = Settings(f"unix://app:pw@{server.socket}", tmp_path, tmp_path, "")
        (check,) = await check_store(PROJECT, settings)
    assert check.verdict == "fail"
    assert "lacks a right" in check.found
    assert check.mend == f"allow the user at least: {least_rights()}"


async def test_lost_and_unreadable_documents_are_named(tmp_path: Path) -> None:
    with running_server(valkey_binary()) as server:
        settings = Settings(server.url, tmp_path, tmp_path, "")
        async with open_store(PROJECT.id, settings) as store:
            await commit(store, starting())
            await store.client.call("DEL", store.keys.sequence)
            await store.client.call("HSET", store.keys.documents("agents"), "a", "no JSON")
        works, counter, unreadable = await check_store(PROJECT, settings)
    assert works.verdict == "ok"
    assert (counter.verdict, counter.mend) == ("fail", "run 'orchestra reconcile'")
    assert "agents holds 'a', which this version of Orchestra cannot read" in unreadable.found
