"""Which prompts of a session were sent, and which wait for the end of a turn."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Turns:
    """A turn lasts until every prompt of it is answered."""

    open_prompts: set[int] = field(default_factory=set[int])  # by the ids of our calls
    unread: list[str] = field(default_factory=list[str])  # ids of the prompts that began the turn
    unread_in_turn: list[str] = field(default_factory=list[str])
    waiting: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    is_told: bool = False  # TurnBegan was reported
    is_cancelled: bool = False
    failure: str = ""

    @property
    def is_running(self) -> bool:
        """Whether the agent works."""
        return bool(self.open_prompts)

    def sent(self, number: int, prompt_id: str) -> None:
        """Note a prompt."""
        if prompt_id and self.is_running:
            self.unread_in_turn.append(prompt_id)
        elif prompt_id:
            self.unread.append(prompt_id)
        self.open_prompts.add(number)

    def take_read(self, *, is_over: bool) -> list[str]:
        """Return the prompts that the model has certainly read when it says something.

        The protocol does not say when the model reads a prompt that came during a turn: before its
        last message at the latest.
        """
        read, self.unread = self.unread, []
        if is_over:
            read, self.unread_in_turn = [*read, *self.unread_in_turn], []
        return read

    def take_waiting(self) -> list[tuple[str, str]]:
        """Return the prompts that begin the next turn."""
        waiting, self.waiting = self.waiting, []
        return waiting

    def begin_anew(self) -> None:
        """Forget the ended turn."""
        self.is_told, self.is_cancelled, self.failure = False, False, ""
        self.unread.clear()
        self.unread_in_turn.clear()
