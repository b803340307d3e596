"""Commands sent without a client of Redis: they do what the store's own do."""

from benchmarks.rooms.pipeline import a_pipeline
from orchestra_core.models import Presence
from orchestra_core.store.store import Store

WORKING = Presence(chamber_id="auth", state="working", tool="Edit", since=1)


async def test_a_sent_report_is_what_the_store_reads(store: Store, valkey_url: str) -> None:
    with a_pipeline(valkey_url, store.keys.project) as pipeline:
        pipeline.ask(pipeline.reported(WORKING))
    assert await store.presence("auth") == WORKING
