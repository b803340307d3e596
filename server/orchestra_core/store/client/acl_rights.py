"""The least rights of an ACL user with which everything works, as `ACL SETUSER` takes them."""

import re
from functools import cache
from typing import get_args

from orchestra_core.store.scripts import ScriptName, script

# What the store and its clients send by themselves; scripts need the right to what they call, too.
_SENT = (
    *("info", "time", "eval", "evalsha", "get", "hget", "hgetall", "hlen", "hscan", "hvals"),
    *("hmget", "xrange", "xrevrange", "zcard", "zrevrange", "publish", "subscribe", "unsubscribe"),
    *("unlink", "ping"),
)
# Redis asks for this one before it lets a cluster's client find the nodes.
_OF_CLUSTERS = ("cluster|slots", "cluster|shards", "command")
_KEYS = "~orchestra:*"
_CHANNELS = "&orchestra:*"
_CALL = re.compile(r"redis\.p?call\('([A-Z]+)'")


@cache
def least_rights(*, cluster: bool = False) -> str:
    """Return the rules in one line; of a cluster, with what finding its nodes takes."""
    called = {
        command.lower()
        for name in get_args(ScriptName)
        for command in _CALL.findall(script(name).source)
    }
    commands = sorted(called.union(_SENT, _OF_CLUSTERS if cluster else ()))
    return " ".join((_KEYS, _CHANNELS, *(f"+{command}" for command in commands)))
