"""
A transaction on the wire: what can be said together is sent together.

In the pipeline mode of libpq a client need not wait for one answer before it says the next thing.
Who waits costs most: both sides go to sleep, and are woken up again.
"""

import logging
import select
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
from psycopg import AsyncConnection, adapt, generators
from psycopg.abc import PQGen, Transformer
from psycopg.adapt import PyFormat
from psycopg.errors import PipelineAborted, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGresult
from psycopg.rows import RowMaker
from psycopg.waiting import Ready, Wait

from .faults import is_stale, translated
from .rows import Row, row_maker

Result = TypeVar("Result")

_log = logging.getLogger("marketplace.postgres")


class Connection(AsyncConnection[Row]):
    """One that remembers which questions the server knows by name, and what its rows become."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: set[bytes] = set()
        self.makers: dict[bytes, RowMaker[Row]] = {}
        self._transformer: Transformer | None = None

    async def wait(self, gen: PQGen[Result], *args: Any, **kwargs: Any) -> Result:
        return await super().wait(_to_the_end(gen, self.pgconn.socket), *args, **kwargs)

    @property
    def transformer(self) -> Transformer:
        """From Python to PostgreSQL and back, as this connection was configured."""
        if self._transformer is None:
            self._transformer = adapt.Transformer.from_context(self)
        return self._transformer


def _to_the_end(gen: PQGen[Result], socket: int) -> PQGen[Result]:
    """
    The same, and what has already come is read at once.

    Long answers come in pieces of 16 KiB. To have the event loop look for each of them takes
    longer than to read it.
    """
    coming = select.poll()
    coming.register(socket, select.POLLIN)
    try:
        wanted = next(gen)
        while True:
            wanted = gen.send((yield wanted))
            while wanted == Wait.R and coming.poll(0):
                wanted = gen.send(Ready.R)
    except StopIteration as end:
        result: Result = end.value
        return result


@dataclass(frozen=True, slots=True)
class Question:
    """
    A statement with ``$1``, and what has to be given for it, in order.

    The server is told it once on a connection, and knows it by name from then on. It finds out the
    types of the values by itself, so that it has one plan and not one for each size of a number.
    """

    name: bytes
    text: bytes
    wanted: Sequence[str] = ()


@dataclass(slots=True, eq=False)
class Told:
    """What was said, and once it was heard what came of it."""

    question: Question
    values: Sequence[object]
    result: PGresult | None = field(default=None, init=False)


_BEGIN = Question(b"begin", b"BEGIN")
_COMMIT = Question(b"commit", b"COMMIT")
_ROLLBACK = Question(b"rollback", b"ROLLBACK")
_FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED)


class Transaction:
    """
    One transaction on a connection that nobody else has meanwhile.

    What is told is sent with the next question, or with the COMMIT, and BEGIN with the first of
    all. Whatever goes wrong with it is raised there, and nothing after it is done.

    Each question ends in a Sync, not in a Flush: only behind a Sync does the server know that it
    waits for us, and ends a transaction whose client is frozen or gone, with the locks it has.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._unsaid: list[Told] = []
        self._unheard: list[Told | bytes | None] = []
        self._has_begun = self._has_failed = self._is_stale = False

    def tell(self, question: Question, values: Sequence[object] = ()) -> Told:
        """Say it some time before the end, after all that was said before."""
        told = Told(question, values)
        self._unsaid.append(told)
        return told

    async def hear(self, told: Told) -> list[Row]:
        """The rows it returned; all that was told is sent now."""
        if told.result is None:
            with translated():
                if self._has_failed:
                    raise PipelineAborted("part of it had failed before")
                self._say()
                await self._heard()
        assert told.result is not None
        transformer = self._connection.transformer
        transformer.set_pgresult(told.result)
        makers = self._connection.makers
        make = makers.get(told.question.name)
        if make is None:
            make = makers[told.question.name] = row_maker(told.result)
        return transformer.load_rows(0, told.result.ntuples, make)

    async def commit(self) -> None:
        """Have all of it stored, or raise why it was not."""
        if not self._has_begun and not self._unsaid:
            return
        try:
            if self._has_failed:
                raise PipelineAborted("part of it had failed, and it was to be stored")
            ending = self.tell(_COMMIT)
            self._say()
            await self._heard()
            assert ending.result is not None
            if ending.result.command_status != b"COMMIT":
                raise psycopg.InternalError("nothing of it is stored, and nobody said so")
        except BaseException:
            await self.roll_back()
            raise
        self._pgconn.exit_pipeline_mode()

    async def roll_back(self) -> None:
        """As if nothing had been said; a connection that cannot even do that is given up."""
        self._unsaid.clear()
        if not self._has_begun or self._pgconn.status != ConnStatus.OK:
            return
        if self._unheard:
            # Whoever listened was called away: nobody knows what the next answer belongs to.
            _log.warning("a connection is given up: it was left in the middle of an answer")
            await self._connection.close()
            return
        try:
            self.tell(_ROLLBACK)
            self._say()
            await self._heard()
            self._pgconn.exit_pipeline_mode()
            if self._is_stale:
                _log.info("a connection is given up: what it has prepared is of another time")
                await self._connection.close()
        except Exception as error:
            _log.warning("a connection is given up: %r", error)
            await self._connection.close()

    def _say(self) -> None:
        pgconn, known = self._pgconn, self._connection.known
        if not self._has_begun:
            self._unsaid.insert(0, Told(_BEGIN, ()))
        dump = self._connection.transformer.dump_sequence
        # Before anything is sent: what cannot be said must not leave us in the middle of a word.
        given = [dump(each.values, [PyFormat.TEXT] * len(each.values)) for each in self._unsaid]
        if not self._has_begun:
            pgconn.enter_pipeline_mode()
            self._has_begun = True
        for told, values in zip(self._unsaid, given, strict=True):
            question = told.question
            if question.name not in known:
                pgconn.send_prepare(question.name, question.text)
                known.add(question.name)
                self._unheard.append(question.name)
            pgconn.send_query_prepared(question.name, values, result_format=Format.BINARY)
            self._unheard.append(told)
        self._unsaid.clear()
        pgconn.pipeline_sync()
        self._unheard.append(None)

    async def _heard(self) -> None:
        """Wait for every answer, and raise the first failure."""
        await self._connection.wait(self._hearing())

    def _hearing(self) -> PQGen[None]:
        failure: psycopg.Error | None = None
        if self._pgconn.flush():
            yield from generators.send(self._pgconn)
        for each in self._unheard:
            results = yield from generators.fetch_many(self._pgconn)
            if not results:
                raise psycopg.OperationalError("the server has said less than it was asked")
            result = results[-1]
            if isinstance(each, Told):
                each.result = result
            if result.status not in _FAILED:
                continue
            self._has_failed = True
            if isinstance(each, bytes):
                self._connection.known.discard(each)
            if failure is None and result.status == ExecStatus.PIPELINE_ABORTED:
                failure = PipelineAborted("part of it had failed before")
            elif failure is None:
                failure = error_from_result(result)
                self._is_stale = is_stale(failure)
        self._unheard.clear()
        if failure is not None:
            raise failure
