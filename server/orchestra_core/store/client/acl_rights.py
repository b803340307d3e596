"""The least rights an ACL user needs, as `ACL SETUSER` takes them."""

import re
from functools import cache
from typing import get_args

from orchestra_core.store.scripts import ScriptName, script

# What the store and its clients send; scripts also need the right to the commands they call.
_SENT = (
    *("info", "time", "eval", "evalsha", "get", "hget", "hgetall", "hlen", "hscan", "hvals"),
    *("hmget", "xrange", "xrevrange", "zcard", "zrevrange", "publish", "subscribe", "unsubscribe"),
    *("unlink", "ping"),
)
# Redis requires this one before a cluster's client may find the nodes.
_OF_CLUSTERS = ("cluster|slots", "cluster|shards", "command")
_KEYS = "~orchestra:*"
_CHANNELS = "&orchestra:*"
_CALL = re.compile(r"redis\.p?call\('([A-Z]+)'")


@cache
def least_rights(*, cluster: bool = False) -> str:
    """Return the rules in one line; for a cluster, also those for finding its nodes."""
    called = {
        command.lower()
        for name in get_args(ScriptName)
        for command in _CALL.findall(script(name).source)
    }
    commands = sorted(called.union(_SENT, _OF_CLUSTERS if cluster else ()))
    return " ".join((_KEYS, _CHANNELS, *(f"+{command}" for command in commands)))
