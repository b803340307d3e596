from orchestra_core.store.keys import DOCUMENT_HASHES, Keys


def test_all_keys_of_a_project_are_distinct_and_share_its_slot() -> None:
    keys = Keys("room-1a2b3c4d")
    names = [
        keys.sequence,
        keys.stream,
        keys.claims,
        keys.presence,
        keys.channel,
        keys.presence_channel,
        keys.operation("x"),
        keys.activity("x"),
        *(keys.documents(kind) for kind in DOCUMENT_HASHES),
    ]

    assert len(set(names)) == len(names)
    assert all(name.startswith("orchestra:{room-1a2b3c4d}:") for name in names)
