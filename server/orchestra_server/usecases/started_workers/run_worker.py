"""One start of a worker, from its launch to the end of its process.

One reader takes the session's reports in order; messages to the worker go in concurrently. The
agent waits while the store is out of reach. This task is cancelled when the daemon leaves: then the
process ends, but the document still wants it, so that the next daemon continues the conversation.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import aclosing, suppress

from orchestra_core.change import Change
from orchestra_core.clock import local_day
from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.models import Chamber, Interrupt, Presence, WorkerRequest
from orchestra_core.process.process_mark import process_mark
from orchestra_core.text import one_line
from orchestra_core.workers.day_account import DayAccount
from orchestra_core.workers.started_worker import EndReason, Spent, StartedWorker
from orchestra_server.agents.agent_driver import Session
from orchestra_server.agents.reports import (
    Asked,
    AskWithdrawn,
    Ended,
    Report,
    Said,
    Started,
    ToolBegan,
    TurnBegan,
    TurnEnded,
    Used,
)
from orchestra_server.domain.workers import started_workers as rules
from orchestra_server.usecases.started_workers.record_worker import (
    record_spending,
    record_worker,
    until_stored,
)
from orchestra_server.usecases.started_workers.run_dependencies import RunDependencies
from orchestra_server.usecases.started_workers.session.first_prompt import RESUMED, first_prompt
from orchestra_server.usecases.started_workers.session.permissions import rule_on
from orchestra_server.usecases.started_workers.session.session_mail import (
    SessionMail,
    message_text,
    take_from_mailbox,
)
from orchestra_server.usecases.started_workers.session.session_requests import SessionRequests
from orchestra_server.usecases.started_workers.session.shown_presence import presence_of
from orchestra_server.usecases.started_workers.session.transcript_writer import TranscriptWriter
from orchestra_server.usecases.started_workers.spend_budgets import spent_of

_STOP_SECONDS = 2.0
_LEAVE_SECONDS = 1.0
_WORDS = 1_000
_log = logging.getLogger(__name__)


class WorkerRun:
    """Runs one worker; its owner passes it messages, answers and the wish to stop."""

    def __init__(self, place: RunDependencies, chamber: Chamber, worker: StartedWorker) -> None:
        self.start = worker  # as of the beginning of this run; its `asked_at` identifies the start
        self._worker = worker
        self._place, self._chamber = place, chamber
        self._store, self._clock = place.store, place.clock
        self._mail = SessionMail(place.store, place.clock, chamber)
        self._requests = SessionRequests(place.store, place.project.git_dir, place.clock)
        self._transcript = TranscriptWriter(
            place.store, place.project.git_dir, chamber, place.clock
        )
        self._guard = place.spend_guard
        self._told = asyncio.Queue[Interrupt]()
        self._answers = asyncio.Queue[WorkerRequest]()
        self._stopped = asyncio.Event()
        self._in_turn = False
        self._spent = Spent()

    def tell(self, interrupt: Interrupt) -> None:
        """Queue a message for the worker; messages keep the order of these calls."""
        self._told.put_nowait(interrupt)

    def answer(self, request: WorkerRequest) -> None:
        """Queue the answer to a request of this session; other requests are ignored."""
        if request.start == self.start.asked_at:
            self._answers.put_nowait(request)

    def take_chamber(self, chamber: Chamber) -> None:
        """Take the chamber's new document, with its rules and its suspension."""
        self._chamber = chamber

    def stop(self) -> None:
        """End the worker; its work stays."""
        self._stopped.set()

    async def run(self) -> None:
        """Start the agent, follow it and record its end."""
        was = self._worker.state
        if not await self._prepare():
            await self._end("stopped", "")
            return
        try:
            session = await self._place.start_agent(self._worker, self._chamber)
        except OrchestraError as fault:
            reason: EndReason = "not-resumed" if self._worker.conversation else "failed"
            await self._end(reason, str(fault))
            return
        tasks = list[asyncio.Task[None]]()
        try:
            if self._worker.conversation and not session.abilities.resumes:
                await self._refuse_to_resume(session)
                return
            tasks = [
                asyncio.create_task(self._log_faults(self._begin(session, was))),
                asyncio.create_task(self._log_faults(self._pass_on_answers(session))),
                asyncio.create_task(self._stop(session)),
            ]
            async with aclosing(session.reports()) as reports:
                async for report in reports:
                    await self._take(session, report)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.shield(session.close(_LEAVE_SECONDS))
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _prepare(self) -> bool:
        """Prepare the chamber for a new conversation; False if it was stopped meanwhile."""
        if self._worker.conversation:
            return True
        preparing = asyncio.ensure_future(self._place.prepare(self._chamber))
        stopping = asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait([preparing, stopping], return_when=asyncio.FIRST_COMPLETED)
            return preparing.done() and not self._stopped.is_set()
        finally:
            for task in (preparing, stopping):
                task.cancel()
            await asyncio.gather(preparing, stopping, return_exceptions=True)

    async def _begin(self, session: Session, was: str) -> None:
        """Record the process, give the worker its task, then its mail as it comes."""
        process = process_mark(session.pid)
        await self._record(lambda worker, at: rules.launched(worker, process=process, at=at))
        if session.conversation:
            await self._note_conversation(session.conversation)
        await self._first_words(session, was)
        while True:
            interrupt = await self._told.get()
            await self._wait_for_limits()
            await self._transcribe_message(interrupt)
            await self._mail.tell(session, interrupt)

    async def _pass_on_answers(self, session: Session) -> None:
        """Pass on answers at once: mail may wait for a limit while the agent asks something."""
        while True:
            await self._requests.pass_on(session, await self._answers.get())

    async def _log_faults(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except Refused as fault:  # the agent has ended; its reports say how
            _log.info("%s: %s", self.start.id, fault)
        except Exception:  # noqa: BLE001 - the worker goes on, but hears nothing any more
            _log.exception("the worker in %s cannot be told anything", self.start.id)

    async def _first_words(self, session: Session, was: str) -> None:
        state = self._place.state()
        unread = state.unread_by_chamber().get(self._chamber.id, [])
        mail = await asyncio.to_thread(
            take_from_mailbox, self._chamber, unread, self.start.asked_at
        )
        for interrupt in mail:
            self.tell(interrupt)
        if not self.start.conversation:
            text, by = first_prompt(state, self.start), self.start.asked_by
        elif was == "running":
            text, by = RESUMED, "orchestra"
        else:
            text, by = "", ""
        if text or was == "paused":
            await self._wait_for_limits()
        if text:
            await self._transcript.told(text, by)
            await session.prompt(text)

    async def _wait_for_limits(self) -> None:
        """Wait until no limit keeps a turn from beginning; messages within a turn need not wait."""
        if not self._in_turn:
            await self._guard.look(self._worker)
            await self._guard.may_go_on(self._worker)

    async def _transcribe_message(self, interrupt: Interrupt) -> None:
        if interrupt.id not in self._mail.told:
            text = message_text(self._chamber.name, [interrupt])
            await self._transcript.told(text, interrupt.actor)

    async def _stop(self, session: Session) -> None:
        await self._stopped.wait()
        if self._in_turn:  # otherwise an agent could finish its turn before it ends
            with suppress(Refused):
                await session.interrupt()
        await session.close(_STOP_SECONDS)

    async def _refuse_to_resume(self, session: Session) -> None:
        await session.close(_LEAVE_SECONDS)
        await self._end(
            "not-resumed",
            f"the process that ran it ended, and {self._worker.agent} cannot go on with a "
            "conversation; start it again",
        )

    async def _take(self, session: Session, report: Report) -> None:
        match report:
            case Ended():
                await self._take_end(report)
                return
            case Started(conversation=conversation) if conversation:
                await self._note_conversation(conversation)
            case TurnBegan() | Said() | ToolBegan():
                await self._begin_turn()
            case Asked():
                await self._decide(session, report)
            case AskWithdrawn(ask_id=ask_id):
                await until_stored(lambda: self._requests.withdraw(ask_id))
            case Used():
                self._spent = self._spent.plus(spent_of(report))
            case TurnEnded():
                await self._end_turn(report)
            case _:
                pass
        await self._mail.take(report, session.abilities)
        await self._transcript.take(report, self._worker.last_turn)
        await self._show(report)

    async def _begin_turn(self) -> None:
        if not self._in_turn:
            self._in_turn = True
            await self._record(lambda worker, at: rules.turn_began(worker, at=at))

    async def _end_turn(self, report: TurnEnded) -> None:
        self._in_turn = False
        await until_stored(self._requests.withdraw_all)
        spent, self._spent = self._spent.plus(Spent(turns=1)), Spent()
        words = one_line(report.words, _WORDS)
        await self._record_spending(
            lambda worker, day, at: rules.turn_ended(
                worker, words=words, spent=spent, day=day, at=at
            )
        )
        await self._guard.look(self._worker)

    async def _decide(self, session: Session, asked: Asked) -> None:
        ruling = await asyncio.to_thread(rule_on, asked, self._chamber, self.start.policy)
        if ruling.answer is not None:
            await session.answer(asked.ask_id, ruling.answer)
            return
        await until_stored(
            lambda: self._requests.record(asked, self._chamber, self._worker, ruling.like)
        )

    async def _note_conversation(self, conversation: str) -> None:
        if conversation != self._worker.conversation or self._worker.state == "starting":
            await self._record(
                lambda worker, at: rules.began(worker, conversation=conversation, at=at)
            )

    async def _take_end(self, report: Ended) -> None:
        await self._transcript.take(report, self._spent)
        await until_stored(self._requests.withdraw_all)
        reason: EndReason = "failed" if report.reason == "failed" else "exited"
        if self._stopped.is_set():
            reason = "stopped"
        await self._end(reason, report.words if reason != "stopped" else "")

    async def _end(self, reason: EndReason, words: str) -> None:
        line, spent = one_line(words, _WORDS), self._spent if self._spent.tokens else None
        worker = await self._record_spending(
            lambda worker, day, at: rules.ended(
                worker, reason=reason, words=line, at=at, spent=spent, day=day
            )
        )
        is_failure = reason in ("failed", "not-resumed")
        await self._report(
            Presence(
                chamber_id=self._chamber.id,
                state="failed" if is_failure else "finished",
                # A start that the store has lost cannot be ended there.
                since=worker.since if worker.is_over else self._clock(),
                message=worker.last_words,
            )
        )

    async def _show(self, report: Report) -> None:
        presence = presence_of(
            report,
            self._chamber.id,
            self._chamber.path,
            process=self._worker.process,
            at=self._clock(),
        )
        if presence is not None:
            await self._report(presence)

    async def _report(self, presence: Presence) -> None:
        await until_stored(lambda: self._store.report_presence(presence))

    async def _record(self, change: Callable[[StartedWorker, int], Change]) -> StartedWorker:
        async def record() -> StartedWorker:
            at = self._clock()
            return await record_worker(self._store, self.start, lambda worker: change(worker, at))

        self._worker = await until_stored(record)
        return self._worker

    async def _record_spending(
        self, change: Callable[[StartedWorker, DayAccount, int], Change]
    ) -> StartedWorker:
        """Record a change that also changes today's account."""
        day_id = local_day(self._clock())

        async def record() -> StartedWorker:
            at = self._clock()
            return await record_spending(
                self._store, self.start, day_id, lambda worker, day: change(worker, day, at)
            )

        self._worker = await until_stored(record)
        return self._worker
