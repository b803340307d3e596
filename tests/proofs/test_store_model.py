"""A model of the store: whatever is called in whatever order by two clients, nothing breaks."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from orchestra_core.change import Change
from orchestra_core.errors import OrchestraError, StoreUnavailable
from orchestra_core.models import InterruptState
from orchestra_core.settings import Settings
from orchestra_core.state import ProjectState
from orchestra_core.store.checkpoint import replay, trim_history
from orchestra_core.store.documents import hash_of
from orchestra_core.store.keys import Keys
from orchestra_core.store.open_store import open_store
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import DISORDER_MS, Store
from tests.support.conductor.model_calls import AGENTS, NAMES, PHASES, Call, Calls, identified
from tests.support.kills.invariants import check_released, check_store, claims
from tests.support.proofs import FULL, Tally, scaled
from tests.support.samples.documents import NOON

if TYPE_CHECKING:
    from orchestra_core.events import Event

Result = TypeVar("Result")


@dataclass(frozen=True)
class Made:
    """A call by its method's name, which a failing sequence then shows."""

    name: str
    arguments: tuple[object, ...]

    def __call__(self, calls: Calls) -> Call:
        method: Callable[..., Call] = getattr(calls, self.name)
        return method(*self.arguments)


_STAMPS: tuple[InterruptState, ...] = ("posted", "delivered", "acted", "cancelled", "expired")
_OPERATIONS = st.sampled_from(("", "", "", "op-1", "op-2", "op-3"))
_WORDS = st.sampled_from(("look", "stop"))
_TASKS = 3
_ON_TASKS = ("create", "fail", "begin_completing", "reopen", "end")
_ON_CHAMBERS = ("put_away", "stay", "close", "restore")
_NEXT_OF_TASK = {
    "open": ("begin_completing",),
    "completing": ("end", "reopen"),
    "completed": ("end",),
    "closed": ("end",),
}
_NEXT_OF_CHAMBER: dict[str, tuple[str, ...]] = {
    "creating": (),
    "live": ("put_away", "put_away"),
    "closing": ("close", "close", "stay"),
    "closed": ("restore", "restore"),
    "failed": (),
}


@dataclass
class Bench:
    """Two clients on one loop, which every generated sequence uses with a project of its own."""

    runner: asyncio.Runner
    stores: tuple[Store, Store]
    sequences: int = 0
    calls: int = 0
    stale: int = 0
    repeated: int = 0
    trimmed: int = 0
    kinds: set[str] = field(default_factory=set[str])

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.runner.run(work)

    def next_project(self) -> tuple[Store, Store]:
        self.sequences += 1
        keys = Keys(f"model-{id(self):x}-{self.sequences}")
        first, second = self.stores
        return Store(first.client, keys), Store(second.client, keys)


@pytest.fixture
def bench(settings: Settings) -> Iterator[Bench]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def opened() -> Store:
            return await stack.enter_async_context(open_store("model", settings))

        first, second = runner.run(opened()), runner.run(opened())
        try:
            yield Bench(runner, (first, second))
        finally:
            runner.run(stack.aclose())


class Model(RuleBasedStateMachine):
    """Calls of a few tasks and chambers, some of them repeated, some overtaken while deciding."""

    bench: Bench

    def __init__(self) -> None:
        super().__init__()
        self.stores = self.bench.next_project()
        self.now = NOON
        self.started = 0
        self.tasks: list[str] = []
        self.state = ProjectState()
        self.interrupts: list[str] = []
        self.done: dict[str, tuple[int, ...]] = {}  # operation: the events it made
        self.held: dict[str, str] = {}
        self.trimmed: list[Event] = []  # what the store no longer has
        self.waiting: Call | None = None  # what the other client does while the next one decides

    def call(self, made: Made, client: int, operation: str = "") -> None:
        """Make a call, be overtaken if that is due, and see that everything holds."""
        self.now += 1
        call = made(Calls(self.now))
        if operation:
            call = identified(call, operation)
        overtaking, self.waiting = self.waiting, None
        self.bench.run(self._commit(call, client, operation, overtaking))
        self.bench.calls += 1
        self.bench.run(self._check(self.stores[client]))

    async def _check(self, store: Store) -> None:
        state, held = await check_store(store, self.trimmed), await claims(store)
        check_released(state, self.held, held)
        self.state, self.held = state, held
        self.tasks = sorted(state.tasks)
        self.interrupts = sorted(state.interrupts)

    async def _commit(
        self, call: Call, client: int, operation: str, overtaking: Call | None
    ) -> None:
        store, other = self.stores[client], self.stores[1 - client]
        before = await store.snapshot()
        attempts = 0
        must_repeat = False
        overtaken = 0

        async def decide(reads: Reads) -> Change:
            nonlocal attempts, must_repeat, overtaken
            attempts += 1
            change = await call(reads)
            if attempts == 1 and overtaking is not None:
                with suppress(OrchestraError):
                    done = await other.transact(overtaking)
                    overtaken = len(done.events)
                    must_repeat = any(
                        (store.keys.documents(hash_of(type(document))), document.id) in reads.guards
                        for event in done.events
                        for document in event.data.documents()
                    )
            return change

        try:
            committed = await store.transact(decide)
        except StoreUnavailable:
            raise
        except OrchestraError:
            assert (await store.snapshot()).seq == before.seq + overtaken
            return
        seqs = tuple(event.seq for event in committed.events)
        now = await other.snapshot()
        if operation in self.done:
            assert committed.repeated
            assert seqs == tuple(seq for seq in self.done[operation] if seq > len(self.trimmed))
            assert now.seq == before.seq + overtaken
            self.bench.repeated += 1
            return
        assert not committed.repeated
        assert now.seq == before.seq + overtaken + len(seqs)
        if must_repeat:
            assert attempts > 1, "a decision on what was out of date was committed"
            self.bench.stale += 1
        if operation:
            self.done[operation] = seqs
        self.bench.kinds.update(event.kind for event in committed.events)

    def task(self, choice: int) -> str:
        return self.tasks[choice % len(self.tasks)]

    @precondition(lambda self: len(self.tasks) < _TASKS)
    @rule(request=st.integers(0, 1), client=st.integers(0, 1), operation=_OPERATIONS)
    def start(self, request: int, client: int, operation: str) -> None:
        self.started += 1
        self.call(_of("start")(self.started, request), client, operation)

    @precondition(lambda self: bool(self.tasks))
    @rule(data=st.data(), client=st.integers(0, 1), operation=_OPERATIONS)
    def anything(self, data: st.DataObject, client: int, operation: str) -> None:
        self.call(data.draw(_any_call(self.tasks)), client, operation)

    @precondition(lambda self: bool(self.tasks))
    @rule(data=st.data(), client=st.integers(0, 1), overtaken=st.booleans())
    def something_fitting(self, data: st.DataObject, client: int, *, overtaken: bool) -> None:
        fitting = _fitting_call(self.state)
        made = data.draw(fitting)
        if overtaken:
            self.waiting = data.draw(st.sampled_from((made,)) | fitting)(Calls(self.now + 1))
        self.call(made, client)

    @precondition(lambda self: self.open_tasks())
    @rule(data=st.data(), client=st.integers(0, 1), ended=st.booleans())
    def run_through(self, data: st.DataObject, client: int, *, ended: bool) -> None:
        """Take a task from its chambers to its end, which single steps seldom do."""
        task = data.draw(st.sampled_from(self.open_tasks()))
        names = data.draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True))
        steps = [_of("reserve")(task, tuple(names)), _of("create")(task)] if names else []
        steps += [_of(name)(task, chamber) for chamber in NAMES for name in ("put_away", "close")]
        steps += [_of("begin_completing")(task), _of("end")(task)] if ended else []
        for step in steps:
            self.call(step, client)

    def open_tasks(self) -> list[str]:
        return [task.id for task in self.state.tasks.values() if task.is_open]

    @precondition(lambda self: bool(self.interrupts))
    @rule(choice=st.integers(0, 9), state=st.sampled_from(_STAMPS), client=st.integers(0, 1))
    def stamp(self, choice: int, state: InterruptState, client: int) -> None:
        self.now += 1
        identifier = self.interrupts[choice % len(self.interrupts)]
        store = self.stores[client]
        stamped = store.stamp_interrupt(identifier, state, at=self.now, actor="hook")
        answer = self.bench.run(stamped)
        again = store.stamp_interrupt(identifier, state, at=self.now + 1, actor="hook")
        assert self.bench.run(again) == answer, "a repeated stamp moved the interrupt on"
        self.bench.run(check_store(self.stores[1 - client], self.trimmed))
        self.bench.calls += 2

    @precondition(lambda self: bool(self.tasks))
    @rule(age=st.integers(0, 30), most=st.integers(1, 40), both=st.booleans())
    def trim(self, age: int, most: int, *, both: bool) -> None:
        self.bench.run(self._trim(self.now - age, most, self.stores[: 1 + both]))
        self.now += 2 * DISORDER_MS  # what comes next is surely of later than what was

    async def _trim(self, before: int, most: int, clients: Sequence[Store]) -> None:
        store = self.stores[1]
        history, state = await store.events(), await store.snapshot()
        removing = [trim_history(client, before + DISORDER_MS, most) for client in clients]
        removed = sum(await asyncio.gather(*removing))
        gone, remaining = history[:removed], await store.events()
        assert history[removed:] == remaining, "other events than the oldest were removed"
        assert remaining, "the last event was removed"
        tasks = state.tasks
        assert all(event.at < before and tasks[event.task_id].is_over for event in gone)
        self.trimmed += gone
        assert await replay(store) == state, "the checkpoint does not give the state"
        await self._check(store)
        self.bench.trimmed += removed

    @rule(client=st.integers(0, 1))
    def stamp_nothing(self, client: int) -> None:
        stamped = self.stores[client].stamp_interrupt("i-none", "acted", at=1, actor="hook")
        assert self.bench.run(stamped) is None


def _any_call(tasks: Sequence[str]) -> st.SearchStrategy[Made]:
    """Return calls of every kind on any task and chamber, most of which will be refused."""
    some, names = st.sampled_from(tasks), st.sampled_from(NAMES)
    patterns = st.lists(_WORDS, max_size=2, unique=True).map(tuple)
    return st.one_of(
        st.builds(_of("advance"), some, st.sampled_from(("", *PHASES, "none"))),
        st.builds(_of("reserve"), some, st.lists(names, min_size=1, unique=True).map(tuple)),
        st.builds(_of("record"), some, st.sampled_from(AGENTS), _WORDS, patterns),
        st.builds(_of("share"), some, _WORDS),
        *(st.builds(_of(name), some) for name in _ON_TASKS),
        *(st.builds(_of(name), some, names) for name in _ON_CHAMBERS),
        st.builds(_of("interrupt"), some, names, _WORDS),
    )


def _fitting_call(state: ProjectState) -> st.SearchStrategy[Made]:
    """Return calls that the present state allows."""
    fitting = list[Made]()
    for task in state.tasks.values():
        fitting += [_of(name)(task.id) for name in _NEXT_OF_TASK[task.state]]
        if task.is_open:
            fitting += [_of("reserve")(task.id, NAMES[:count]) for count in (1, 2)]
            fitting += [_of("share")(task.id, "look"), _of("advance")(task.id, "")]
            fitting.append(_of("record")(task.id, AGENTS[0], "built", ("pattern",)))
    for chamber in state.chambers.values():
        names = _NEXT_OF_CHAMBER[chamber.state]
        fitting += [_of(name)(chamber.task_id, chamber.name) for name in names]
        if chamber.state == "creating":
            fitting += [
                _of(name)(chamber.task_id) for name in ("create", "create", "create", "fail")
            ]
        if chamber.is_live:
            fitting.append(_of("interrupt")(chamber.task_id, chamber.name, "stop"))
    return st.sampled_from(fitting)


def _of(name: str) -> Callable[..., Made]:
    """Return a maker of calls by a method's name, with the arguments to come."""

    def make(*arguments: object) -> Made:
        return Made(name, arguments)

    return make


def test_no_sequence_of_calls_breaks_an_invariant(bench: Bench, tally: Tally) -> None:
    class OfThisBench(Model):
        pass

    OfThisBench.bench = bench
    run_state_machine_as_test(
        OfThisBench,
        settings=hypothesis_settings(
            max_examples=scaled(6, 600),
            stateful_step_count=scaled(25, 60),
            deadline=None,
            derandomize=not FULL,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            phases=(Phase.explicit, Phase.generate),  # what fails is told at once, not shrunk
        ),
    )
    tally(
        sequences=bench.sequences,
        calls=bench.calls,
        decisions_made_again=bench.stale,
        operations_repeated=bench.repeated,
        events_trimmed=bench.trimmed,
        kinds_of_events=len(bench.kinds),
    )
