"""The bell, by Taskiq: the ids of jobs travel inside this process, or through a stream of Redis."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from taskiq import InMemoryBroker
from taskiq.acks import AcknowledgeType
from taskiq.receiver import Receiver
from taskiq_redis import RedisStreamBroker

from marketplace.application.ports import Bell, JobId

TASK = "marketplace.run"
"""The name of the one task there is. It is on the wire, so every version must know it."""
PATIENCE = 0.2
"""Seconds a ring may take. What is not announced in time is found by the worker's sweep."""
MOST_RINGS = 100
"""Jobs in one ring; of a larger crowd the first ones wake a worker, who sees the rest."""
BETWEEN = 0.04
"""Seconds from one ring to the next: a ring costs the same for one job and for all of a moment."""

_log = logging.getLogger("marketplace.bell")


class StreamBroker(RedisStreamBroker):
    """
    Reads a stream without keeping account of who has read what: the outbox does that.

    So nothing is acknowledged, reclaimed or delivered twice, and a reader that is told to stop does
    stop: the stock one goes on for ever if it is cancelled while Redis answers.
    """

    def __init__(self, url: str) -> None:
        super().__init__(
            url,
            queue_name="marketplace:bell",
            consumer_group_name="workers",
            # Nothing is acknowledged, so all workers can be one consumer; none is left behind.
            consumer_name="worker",
            # The default begins behind whatever was sent before the first reader came.
            consumer_id="0",
            maxlen=10_000,
            socket_connect_timeout=2,
            socket_timeout=5,
        )
        self.stop = asyncio.Event()

    async def listen(self) -> AsyncGenerator[bytes, None]:  # type: ignore[override]
        async with Redis(connection_pool=self.connection_pool) as redis:
            while not self.stop.is_set():
                heard: Any = await redis.xreadgroup(
                    self.consumer_group_name,
                    self.consumer_name,
                    {self.queue_name: ">"},
                    block=500,
                    count=10,
                    noack=True,
                )
                for _, entries in heard or ():
                    for _, entry in entries:
                        yield entry[b"data"]


def make_broker(redis_url: str | None) -> InMemoryBroker | StreamBroker:
    """The broker that carries the ids; none of its guarantees is relied upon."""
    return InMemoryBroker() if redis_url is None else StreamBroker(redis_url)


class TaskiqBell(Bell):
    """Rings without waiting. Whoever listens is told the ids and does the work elsewhere."""

    def __init__(self, broker: InMemoryBroker | StreamBroker) -> None:
        self._broker = broker
        self._waiting: list[JobId] = []
        self._ringing: asyncio.Task[None] | None = None
        self._tell: Callable[[JobId], None] | None = None

        async def hear(jobs: str) -> None:
            for job in jobs.split():
                if self._tell is not None:
                    self._tell(JobId(UUID(job)))

        self._task = broker.register_task(hear, task_name=TASK)

    def ring(self, jobs: Sequence[JobId], /) -> None:
        """While one ring is on its way, all that are told meanwhile become the next one."""
        self._waiting.extend(jobs)
        if self._waiting and self._ringing is None:
            self._ringing = asyncio.create_task(self._ring())

    async def _ring(self) -> None:
        """The first at once; those that come while it rings, and shortly after, together."""
        try:
            while self._waiting:
                jobs, self._waiting = self._waiting, []
                await self._announce(jobs)
                await asyncio.sleep(BETWEEN)
        finally:
            self._ringing = None

    async def _announce(self, jobs: Sequence[JobId]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._task.kiq(" ".join(map(str, jobs[:MOST_RINGS])))
        except Exception as error:
            # Whatever ails the broker: the jobs are safe in the outbox.
            _log.warning("%s jobs were not announced: %r", len(jobs), error)

    async def listen(self, tell: Callable[[JobId], None], stop: asyncio.Event) -> None:
        """Call ``tell`` with every id heard until ``stop`` is set, however often Redis goes."""
        self._tell = tell
        if isinstance(self._broker, InMemoryBroker):
            await stop.wait()
            return
        self._broker.stop = stop
        while not stop.is_set():
            try:
                # Starting up again makes the consumer group again, should Redis have been emptied.
                await self._broker.startup()
                receiver = Receiver(
                    self._broker,
                    run_startup=False,
                    max_async_tasks=10,
                    ack_type=AcknowledgeType.WHEN_RECEIVED,
                )
                await receiver.listen(stop)
            except Exception as error:
                _log.warning("the bell is not heard, listening again in a second: %r", error)
                await _pause(stop, 1)

    async def close(self) -> None:
        """Let what is ringing ring out, and hang up."""
        if self._ringing is not None:
            await asyncio.wait([self._ringing])
        await self._broker.shutdown()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
