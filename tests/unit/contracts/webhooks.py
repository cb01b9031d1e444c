"""What is kept of webhooks. Subclass and provide ``begin`` and ``views`` fixtures."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from marketplace.application.ports import BeginUnitOfWork, DeliverySearch, Paging, Views
from marketplace.domain.errors import ChangedMeanwhile
from marketplace.domain.products import ProductEdited
from marketplace.domain.webhooks import (
    DeliveryDue,
    DeliveryId,
    DeliveryNotFound,
    DeliveryStatus,
    Endpoint,
    EndpointId,
    EndpointNotFound,
    Failure,
    Try,
    WhyDisabled,
)

from .samples import NOON, World

LEASE = timedelta(minutes=1)
LATER = NOON + timedelta(days=9)


class WebhooksContract:
    """The sentences."""

    @pytest.fixture
    def world(self, begin: BeginUnitOfWork) -> World:
        return World(begin)

    async def test_an_endpoint_comes_back_as_it_was(self, world: World, views: Views) -> None:
        merchant = await world.a_merchant()
        endpoint = await world.an_endpoint(merchant)
        async with world.begin() as market:
            held = await market.endpoints.hold(endpoint.id)
            assert held == endpoint
            held.rotate(b"newer", timedelta(hours=3), NOON)
            held.is_enabled, held.disabled_because = False, WhyDisabled.GONE
            await market.endpoints.save(held)

        assert await views.endpoint(merchant.id, endpoint.id) == held
        assert held.version == endpoint.version + 1
        other = await world.a_merchant()
        with pytest.raises(EndpointNotFound):
            await views.endpoint(other.id, endpoint.id)
        assert (await views.endpoints(merchant.id, Paging())).items == (held,)
        assert (await views.endpoints(other.id, Paging())).items == ()

    async def test_who_listens_is_enabled_and_wants_to_hear_of_it(
        self, world: World, views: Views
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        some = await world.an_endpoint(merchant, "order.placed", "stock.low")
        every = await world.an_endpoint(merchant, "*")
        off = await world.an_endpoint(merchant, "*")
        await world.an_endpoint(other, "*")
        async with world.begin() as market:
            held = await market.endpoints.hold(off.id)
            held.disable(NOON)
            await market.endpoints.save(held)

        assert set(await views.listening(merchant.id, "order.placed")) == {some.id, every.id}
        assert await views.listening(merchant.id, "order.shipped") == (every.id,)
        async with world.begin() as market:
            shut = await market.merchants.hold(merchant.id)
            shut.suspend("fraud", NOON)
            await market.merchants.save(shut)
        assert await views.listening(merchant.id, "order.placed") == ()

    async def test_a_merchants_endpoints_are_held_together(self, world: World) -> None:
        merchant = await world.a_merchant()
        own = [await world.an_endpoint(merchant) for _ in range(2)]
        await world.an_endpoint(await world.a_merchant())

        async with world.begin() as market:
            assert await market.endpoints.hold_all(merchant.id) == own

    async def test_a_job_for_listeners_is_written_only_where_somebody_listens(
        self, world: World
    ) -> None:
        heard, silent, off = [await world.a_merchant() for _ in range(3)]
        await world.an_endpoint(heard)
        disabled = await world.an_endpoint(off)
        async with world.begin() as market:
            held = await market.endpoints.hold(disabled.id)
            held.disable(NOON)
            await market.endpoints.save(held)
        for merchant in (heard, silent, off):
            product = await world.a_product(merchant)
            async with world.begin() as market:
                held_product = await market.products.hold(product.id)
                await market.products.save(
                    held_product,
                    ProductEdited(at=NOON, product_id=product.id, merchant_id=merchant.id),
                )

        async with world.begin() as market:
            jobs = await market.outbox.claim(NOON, LEASE, 100)
        mine = [each.event for each in jobs if each.reaction == "publish"]
        assert [each.merchant_id for each in mine if isinstance(each, ProductEdited)] == [heard.id]

    async def test_a_delivery_comes_back_as_it_was(self, world: World, views: Views) -> None:
        endpoint = await world.an_endpoint(await world.a_merchant())
        delivery = world.delivery(endpoint)
        async with world.begin() as market:
            await market.deliveries.add(delivery)

        assert await views.delivery(endpoint.id, delivery.id) == delivery
        async with world.begin() as market:
            held = await market.deliveries.hold(delivery.id)
            assert held == delivery
            held.give_up(Try(at=NOON, failure=Failure.TLS))
            await market.deliveries.save(held)
        assert await views.delivery(endpoint.id, delivery.id) == held
        with pytest.raises(DeliveryNotFound):
            await views.delivery(EndpointId(uuid4()), delivery.id)
        with pytest.raises(DeliveryNotFound):
            await views.delivery(endpoint.id, DeliveryId(uuid4()))

    async def test_many_are_stored_with_their_appointments_and_each_once(
        self, world: World
    ) -> None:
        merchant = await world.a_merchant()
        first, second = await world.an_endpoint(merchant), await world.an_endpoint(merchant)
        event_id = world.new()
        for endpoints in ([first], [first, second]):
            sent = [world.delivery(each, event_id) for each in endpoints]
            due = [DeliveryDue(at=NOON, delivery_id=each.id, turn=0) for each in sent]
            async with world.begin() as market:
                await market.deliveries.add_all(sent, *due)

        async with world.begin() as market:
            jobs = await market.outbox.claim(NOON, LEASE, 100)
            kept = [
                await market.deliveries.get(each.event.delivery_id)
                for each in jobs
                if isinstance(each.event, DeliveryDue)
            ]
        assert {each.endpoint_id for each in kept} == {first.id, second.id}
        assert len(jobs) == 2

    async def test_nothing_is_sent_to_an_endpoint_that_is_gone(self, world: World) -> None:
        endpoint = await world.an_endpoint(await world.a_merchant())
        async with world.begin() as market:
            await market.endpoints.remove(endpoint.id)
        sent = world.delivery(endpoint)

        async with world.begin() as market:
            due = DeliveryDue(at=NOON, delivery_id=sent.id, turn=0)
            await market.deliveries.add_all([sent], due)

        async with world.begin() as market:
            assert await market.outbox.claim(NOON, LEASE, 100) == []

    async def test_an_appointment_is_due_when_it_is_and_not_before(self, world: World) -> None:
        endpoint = await world.an_endpoint(await world.a_merchant())
        delivery = world.delivery(endpoint)
        async with world.begin() as market:
            await market.deliveries.add(delivery)
        async with world.begin() as market:
            held = await market.deliveries.hold(delivery.id)
            await market.deliveries.save(held, held.put_off(LATER, NOON))

        async with world.begin() as market:
            assert await market.outbox.claim(LATER - timedelta(seconds=1), LEASE, 9) == []
            [job] = await market.outbox.claim(LATER, LEASE, 9)
        async with world.begin() as market:
            await market.outbox.release([job], LATER)
            shown = await market.outbox.look_at(job.id)
        assert (shown.created_at, shown.due_at) == (NOON, LATER)

    async def test_an_appointment_of_an_earlier_version_is_kept(self, world: World) -> None:
        endpoint = await world.an_endpoint(await world.a_merchant())
        delivery = world.delivery(endpoint)
        due = DeliveryDue(at=LATER, delivery_id=delivery.id, turn=0)
        async with world.begin() as market:
            await market.deliveries.add_all([delivery], due)

        async with world.begin() as market:
            assert await market.outbox.claim(LATER - timedelta(seconds=1), LEASE, 9) == []
            assert [each.event for each in await market.outbox.claim(LATER, LEASE, 9)] == [due]

    async def test_what_failed_in_a_time_is_sent_again_in_one_go(
        self, world: World, views: Views
    ) -> None:
        endpoint = await world.an_endpoint(await world.a_merchant())
        other = await world.an_endpoint(await world.a_merchant())
        failed = [world.delivery(endpoint) for _ in range(3)]
        early, pending, foreign = (
            replace(world.delivery(endpoint), created_at=NOON - timedelta(days=1)),
            world.delivery(endpoint),
            world.delivery(other),
        )
        for each in (*failed, early, foreign):
            each.give_up(Try(at=NOON, failure=Failure.TLS))
        async with world.begin() as market:
            await market.deliveries.add_all([*failed, early, pending, foreign])

        async with world.begin() as market:
            held = await market.deliveries.hold_failed(endpoint.id, NOON, LATER, 2)
            assert held == failed[:2]
            held = await market.deliveries.hold_failed(endpoint.id, NOON, LATER, 10)
            again = [each.send_again(NOON) for each in held]
            await market.deliveries.save_all(held, *again)
            await market.deliveries.save_all([])

        search = DeliverySearch(status=DeliveryStatus.PENDING)
        page = await views.deliveries(endpoint.id, search, Paging())
        assert page.items == (pending, *reversed(held))
        async with world.begin() as market:
            jobs = await market.outbox.claim(NOON, LEASE, 100)
        assert [each.event for each in jobs] == again

    async def test_many_that_somebody_else_changed_are_not_overwritten(self, world: World) -> None:
        endpoint = await world.an_endpoint(await world.a_merchant())
        delivery = world.delivery(endpoint)
        async with world.begin() as market:
            await market.deliveries.add(delivery)
        async with world.begin() as market:
            held = await market.deliveries.hold(delivery.id)
            await market.deliveries.save(held)

        with pytest.raises(ChangedMeanwhile):
            async with world.begin() as market:
                await market.deliveries.save_all([delivery])

    async def test_the_log_is_filtered_and_walked(self, world: World, views: Views) -> None:
        endpoint = await world.an_endpoint(await world.a_merchant())
        old = replace(world.delivery(endpoint), created_at=NOON - timedelta(days=1))
        other = replace(world.delivery(endpoint), event="stock.low")
        new = world.delivery(endpoint)
        new.give_up(Try(at=NOON, failure=Failure.TLS))
        async with world.begin() as market:
            await market.deliveries.add_all([old, other, new])

        async def found(**said: object) -> list[object]:
            search = DeliverySearch(**said)  # type: ignore[arg-type]
            return list((await views.deliveries(endpoint.id, search, Paging())).items)

        assert await found() == [new, other, old]
        assert await found(status=DeliveryStatus.FAILED) == [new]
        assert await found(event="stock.low") == [other]
        assert await found(since=NOON) == [new, other]
        assert await found(until=NOON - timedelta(hours=1)) == [old]
        page = await views.deliveries(endpoint.id, DeliverySearch(), Paging(limit=2))
        assert page.items == (new, other)
        rest = await views.deliveries(endpoint.id, DeliverySearch(), Paging(after=page.next))
        assert rest.items == (old,)

    async def test_what_ended_long_ago_is_forgotten(self, world: World, views: Views) -> None:
        endpoint = await world.an_endpoint(await world.a_merchant())
        over, pending = [world.delivery(endpoint) for _ in range(3)], world.delivery(endpoint)
        for each in over:
            each.give_up(Try(at=NOON, failure=Failure.TLS))
        async with world.begin() as market:
            await market.deliveries.add_all([*over, pending])

        async with world.begin() as market:
            assert await market.deliveries.forget(NOON, 10) == 0
        async with world.begin() as market:
            assert await market.deliveries.forget(LATER, 2) == 2
        async with world.begin() as market:
            assert await market.deliveries.forget(LATER, 2) == 1

        left = await views.deliveries(endpoint.id, DeliverySearch(), Paging())
        assert left.items == (pending,)

    async def test_what_is_removed_takes_its_deliveries_with_it(
        self, world: World, views: Views
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        gone, left = await world.an_endpoint(merchant), await world.an_endpoint(merchant)
        foreign = await world.an_endpoint(other)
        every: list[Endpoint] = [gone, left, foreign]
        async with world.begin() as market:
            await market.deliveries.add_all([world.delivery(each) for each in every])

        async with world.begin() as market:
            await market.endpoints.remove(gone.id)
        assert await self._kept(views, every) == [0, 1, 1]

        async with world.begin() as market:
            await market.endpoints.remove_all(merchant.id)
        assert await self._kept(views, every) == [0, 0, 1]
        assert (await views.endpoints(merchant.id, Paging())).items == ()

    async def _kept(self, views: Views, endpoints: list[Endpoint]) -> list[int]:
        pages = [await views.deliveries(each.id, DeliverySearch(), Paging()) for each in endpoints]
        return [len(page.items) for page in pages]
