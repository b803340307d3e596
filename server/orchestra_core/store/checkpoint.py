"""The checkpoint: the documents as they were after one event, where the kept history begins.

The history can restore every document, so it is kept from the first event on. It may begin later if
a checkpoint holds the result of the events before.
"""

from dataclasses import replace

import msgspec

from orchestra_core.state import ProjectState
from orchestra_core.store.client.reply_parser import UNREADABLE, as_bytes, as_number, unreadable
from orchestra_core.store.scripts import script
from orchestra_core.store.store import DISORDER_MS, Store

# The most events that one trim removes: 18 ms of processor time here, 1 ms in the server (decision
# 0033).
TRIMMED_AT_ONCE = 2_000
_ATTEMPTS = 20
_state_decoder = msgspec.json.Decoder(ProjectState)


async def replay(store: Store) -> ProjectState:
    """Return the state made from the checkpoint and the history; neither holds presence."""
    state = ProjectState()
    for _ in range(_ATTEMPTS):
        state = await read_checkpoint(store)
        began = state.seq
        for event in await store.events(after=state.seq):
            state.apply(event)
        if await checkpoint_number(store) == began:
            break  # otherwise the history was trimmed between the two
    return state


async def checkpoint_number(store: Store) -> int:
    """Return the number of the last event that was trimmed from the history, 0 for none."""
    return as_number(await store.client.call("HGET", store.keys.checkpoint, "seq"))


async def read_checkpoint(store: Store) -> ProjectState:
    """Return the state at the checkpoint, an empty state if there is none."""
    raw = await store.client.call("HGET", store.keys.checkpoint, "state")
    if raw is None:
        return ProjectState()
    try:
        return _state_decoder.decode(as_bytes(raw))
    except UNREADABLE as error:
        raise unreadable("a checkpoint", error, store.keys.checkpoint) from error


def checkpoint_of(state: ProjectState) -> bytes:
    """Encode a state for the checkpoint."""
    lasting = replace(state, presence={}, heartbeats={}, unreadable=())
    return msgspec.json.encode(lasting)


async def trim_history(store: Store, before: int, most: int = TRIMMED_AT_ONCE) -> int:
    """Remove the oldest events before a time, `most` at once; return how many were removed.

    The last event stays, and so does everything since the oldest open task started. Nothing is
    removed while a task is lost or cannot be read, and nothing after a gap in the history.
    """
    tasks = (await store.snapshot()).tasks.values()
    began = (task.started_at for task in tasks if not task.is_over)
    moment = min([before, *began]) - DISORDER_MS
    state = await read_checkpoint(store)
    checkpoint = state.seq
    for event in (await store.events(checkpoint, most + 1))[:-1]:
        if event.at >= moment or event.seq != state.seq + 1:
            break
        state.apply(event)
    if state.seq == checkpoint:
        return 0
    keys = store.keys
    places = (keys.stream, keys.checkpoint, keys.counts, keys.documents("tasks"))
    arguments = [state.seq, state.nonce, checkpoint_of(state), checkpoint, moment]
    answer = await store.client.run(script("trim"), places, arguments)
    return max(0, answer) if isinstance(answer, int) else 0
