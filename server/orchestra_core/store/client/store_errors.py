"""What a failure of Redis or Valkey means, as one line that says what to do about it."""

from orchestra_core.errors import StoreUnavailable
from orchestra_core.settings import REDIS_URL
from orchestra_core.text import one_line

# Codes in capitals are the first word of a server's error; the others are ours.
_MEANINGS = {
    "refused": "nothing listens there; start the server or correct {url}",
    "no-socket": "there is no such socket; start the server or correct {url}",
    "no-access": "this user may not open the socket; correct its mode or {url}",
    "no-host": "the host's name is not known; correct {url}",
    "tls": "TLS failed ({detail}); correct the certificate, or use redis:// for a plain connection",
    "timeout": "it does not answer; check whether it is stopped or overloaded",
    "tls-timeout": "it does not answer; check whether it speaks TLS, is stopped or overloaded",
    "lost": "the connection was lost ({detail})",
    "tls-lost": "the connection was lost ({detail}); check whether it takes this certificate",
    "plain-lost": "the connection was lost ({detail}); if it speaks TLS, write {url} as rediss://…",
    "no-tls-file": "a certificate's or key's file is missing; correct its path in {url}",
    "directory": "{detail}",
    "closed": "the store has been closed here",
    "protocol": "what answers there is not a Redis or Valkey server; correct {url}",
    "WRONGPASS": "it refuses the user name or password; correct {url}",
    "NOAUTH": "it wants a password; write {url} as redis://:PASSWORD@host:port",
    "NOPERM": "the user lacks a right ({detail}); 'orchestra doctor' prints those that are needed",
    "failover": "failing over{detail}; wait until another server has taken over",
    "LOADING": "it is still loading its data; wait a moment",
    "BUSY": "it is busy with a script; wait a moment",
    "READONLY": "it is a read-only replica; name the primary in {url}",
    "MISCONF": "it cannot write to its disk; free space there ({detail})",
    "OOM": "it has used all the memory it may; raise its maxmemory",
    "MOVED": "it is part of a cluster; write {url} as redis+cluster://host:port",
    "CROSSSLOT": "it is part of a cluster; write {url} as redis+cluster://host:port",
    "CLUSTERDOWN": "its cluster is down ({detail}); repair the cluster",
    "MASTERDOWN": "its primary is down; repair the replication",
    "NOREPLICAS": "it lacks replicas to write ({detail}); repair the replication",
}
# Codes after which the same command may succeed a moment later.
PASSING = frozenset({"LOADING", "BUSY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN"})
# Codes after which a new connection may work.
LOST = frozenset({"refused", "no-socket", "lost", "directory"})
# Codes that say that another server has taken over.
ELSEWHERE = frozenset({"READONLY", "MOVED", "ASK", "UNBLOCKED"})


class Failure(StoreUnavailable):
    """A failure with its code; callers see only a StoreUnavailable."""

    def __init__(self, code: str, detail: str, where: str, *, private: bool) -> None:
        super().__init__(meaning(code, detail, where, private=private))
        self.code = code

    @classmethod
    def failing_over(cls, failure: "Failure", where: str, repeated: int) -> "Failure":
        """Return what `failure` means if a Sentinel or a cluster will soon name another server."""
        times = f", repeated {repeated} times" if repeated else ""
        said = str(failure).partition(" cannot be used: ")[2].partition(";")[0]
        return cls("failover", f"{times} ({said})", where, private=False)


def meaning(code: str, detail: str, where: str, *, private: bool) -> str:
    """Return the line for a failure of the server at `where` (no password in it).

    `private` means the server that Orchestra starts itself, which has no URL to correct.
    """
    detail = one_line(detail, 160).rstrip(".")
    text = _MEANINGS.get(code, "it answered with an error: {detail}")
    if private:
        cures = "run 'orchestra doctor' to see why"
        said = text.partition(";")[0].format(detail=detail, url=REDIS_URL)
        return f"the private Valkey at {where} cannot be used: {said}; {cures}"
    return f"Redis at {where} cannot be used: {text.format(detail=detail, url=REDIS_URL)}"
