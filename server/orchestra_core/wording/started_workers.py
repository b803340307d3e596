"""The words for the state of a started worker, and for what it has used."""

from collections.abc import Mapping

from orchestra_core.workers.started_worker import EndReason, Spent, StartedWorker, total

_ENDS: Mapping[EndReason, str] = {
    "": "ended",
    "stopped": "stopped",
    "closed": "ended with its chamber",
    "exited": "its process exited",
    "failed": "failed",
    "not-resumed": "not resumed",
}
_THOUSAND, _MILLION = 1_000, 1_000_000


def end_in_short(worker: StartedWorker) -> str:
    """Return why a worker has ended, with its last words if they explain it."""
    reason = _ENDS[worker.reason]
    if worker.reason == "stopped" and worker.stopped_by:
        return f"stopped by {worker.stopped_by}"
    if worker.reason in ("failed", "not-resumed", "exited") and worker.last_words:
        return f"{reason}: {worker.last_words}"
    return reason


def spent_in_short(spent: Spent) -> str:
    """Return what was used in a few words, such as `3 turns, 120k tokens, $0.42`; "" for none."""
    if not spent.turns:
        return ""
    turns = "1 turn" if spent.turns == 1 else f"{spent.turns} turns"
    amount = amount_in_short(spent)
    return f"{turns}, {amount}" if amount else turns


def amount_in_short(spent: Spent) -> str:
    """Return tokens and money, such as `120k tokens, $0.42`; "" for none."""
    if not spent.tokens and not spent.dollars:
        return ""
    dollars = f", ${spent.dollars:.2f}" if spent.dollars else ""
    return f"{tokens_in_short(spent.tokens)} tokens{dollars}"


def parts_in_short(worker: StartedWorker, by_subagents: Mapping[str, Spent]) -> list[str]:
    """Return the parts of what was used in a chamber, if there are several."""
    parts = [("last turn", worker.last_turn)] if worker.own.turns > 1 else []
    if worker.earlier.turns or by_subagents:
        parts.append(("this agent", worker.own))
    parts.append(("agents before it", worker.earlier))
    parts.append(("a conductor's subagents", total(by_subagents.values())))
    return [f"{name}: {words}" for name, spent in parts if (words := spent_in_short(spent))]


def tokens_in_short(tokens: int) -> str:
    """Return a number of tokens: `950`, `12.3k`, `120k`, `1.2M`."""
    if tokens < _THOUSAND:
        return str(tokens)
    number, unit = (tokens / _MILLION, "M") if tokens >= _MILLION else (tokens / _THOUSAND, "k")
    return f"{number:.1f}{unit}" if number < 100 else f"{number:.0f}{unit}"  # noqa: PLR2004
