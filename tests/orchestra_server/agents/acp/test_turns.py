"""Which prompts of a session are open, read and waiting."""

from orchestra_server.agents.acp.turns import Turns


def test_a_turn_lasts_until_every_prompt_of_it_is_answered() -> None:
    turns = Turns()
    assert not turns.is_running
    turns.sent(10, "p-1")
    turns.sent(11, "p-2")
    turns.open_prompts.discard(10)
    assert turns.is_running
    turns.open_prompts.discard(11)
    assert not turns.is_running


def test_a_prompt_that_began_the_turn_is_read_at_the_first_word_and_a_later_one_at_the_end() -> (
    None
):
    turns = Turns()
    turns.sent(10, "p-1")
    turns.sent(11, "p-2")
    assert turns.take_read(is_over=False) == ["p-1"]
    assert turns.take_read(is_over=False) == []
    assert turns.take_read(is_over=True) == ["p-2"]
    assert turns.take_read(is_over=True) == []


def test_a_prompt_without_an_id_runs_and_is_reported_to_nobody() -> None:
    turns = Turns()
    turns.sent(10, "")
    turns.sent(11, "")
    assert turns.is_running
    assert turns.take_read(is_over=True) == []


def test_waiting_prompts_are_taken_once_and_in_order() -> None:
    turns = Turns()
    turns.waiting += [("Do A.", "p-1"), ("Do B.", "")]
    assert turns.take_waiting() == [("Do A.", "p-1"), ("Do B.", "")]
    assert turns.take_waiting() == []


def test_a_new_turn_knows_nothing_of_the_last_one_and_keeps_what_waits() -> None:
    turns = Turns(is_told=True, is_cancelled=True, failure="overloaded")
    turns.sent(10, "p-1")
    turns.sent(11, "p-2")
    turns.waiting.append(("Do B.", "p-3"))
    turns.begin_anew()
    assert (turns.is_told, turns.is_cancelled, turns.failure) == (False, False, "")
    assert turns.take_read(is_over=True) == []
    assert turns.take_waiting() == [("Do B.", "p-3")]
