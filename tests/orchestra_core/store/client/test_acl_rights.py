from orchestra_core.store.client.acl_rights import least_rights


def test_the_rights_are_one_line_of_keys_channels_and_sorted_commands() -> None:
    keys, channels, *commands = least_rights().split()
    assert (keys, channels) == ("~orchestra:*", "&orchestra:*")
    assert commands == sorted(set(commands))
    assert "\n" not in least_rights()


def test_the_commands_that_scripts_call_are_included() -> None:
    assert {"+hset", "+xadd", "+publish", "+evalsha"} <= set(least_rights().split())


def test_a_cluster_needs_the_commands_that_find_its_nodes() -> None:
    only_cluster = set(least_rights(cluster=True).split()) - set(least_rights().split())
    assert only_cluster == {"+cluster|slots", "+cluster|shards", "+command"}
