"""What a worker has used: by its last turn, by this start, and by earlier ones."""

from msgspec.structs import replace

from orchestra_core.workers.started_worker import Spent, total
from tests.support.samples.documents import a_started_worker

TURN = Spent(turns=1, tokens_in=10, tokens_out=5, tokens_cached=100, dollars=0.25)


def test_turns_add_up_to_a_start_and_starts_to_a_chamber() -> None:
    worker = a_started_worker().with_turn(TURN).with_turn(TURN)
    assert (worker.last_turn, worker.own) == (TURN, total([TURN, TURN]))
    assert (worker.own.tokens, worker.own.turns, worker.own.dollars) == (230, 2, 0.5)
    assert replace(worker, earlier=TURN).spent == total([TURN, TURN, TURN])
