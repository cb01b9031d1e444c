"""A merchant's own program is told what happens, for certain, and nobody else's is."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from marketplace.adapters.memory.neighbours import MemorySealing
from marketplace.application.deliveries import FindDeliveries, SendAgain
from marketplace.application.delivering import CALLS_TO_ONE, KEPT_FOR
from marketplace.application.orders import EditOrder, RefundOrder, Wish
from marketplace.application.ports import Answered, LetterKind, Paging
from marketplace.application.products import AddProduct
from marketplace.application.publishing import NAMES, PUBLISHED
from marketplace.application.webhooks import AddEndpoint, EditEndpoint, Revealed
from marketplace.domain.audit import Action
from marketplace.domain.errors import InvalidFields
from marketplace.domain.notifications import Topic
from marketplace.domain.webhooks import (
    FAILING_FOR,
    MOST_ENDPOINTS,
    RETRIES,
    Delivery,
    DeliveryNotFound,
    DeliveryStatus,
    EndpointDisabled,
    EndpointNotFound,
    Failure,
    TooManyEndpoints,
    WhyDisabled,
)

from ..world import Seller, World

URL = "https://erp.example/hooks"
FINE = Answered(status=200, answer="thanks")
DOWN = Answered(failure=Failure.STATUS, status=503, answer="busy")
GONE = Answered(failure=Failure.STATUS, status=410)


@pytest.fixture
async def mona(world: World) -> Seller:
    world.internet.receivers[URL] = FINE
    # Receivers take what was signed within five minutes of their own clock.
    world.clock.at = datetime.now(UTC).replace(microsecond=0)
    return await world.a_merchant("mona")


async def listen(world: World, seller: Seller, *events: str, url: str = URL) -> Revealed:
    wanted = AddEndpoint(acting=seller.actor, url=url, events=events or ("*",))
    return await world.marketplace.webhooks.add(wanted)


async def log(world: World, seller: Seller, heard: Revealed, **said: Any) -> list[Delivery]:
    wanted = FindDeliveries(acting=seller.actor, endpoint_id=heard.endpoint.id, **said)
    page = await world.marketplace.deliveries.log(wanted, Paging(limit=100))
    return list(page.items)


def told(world: World) -> list[Mapping[str, Any]]:
    return [json.loads(body) for _, _, body in world.internet.calls]


async def test_an_order_is_told_by_a_call_that_the_standard_library_trusts(
    world: World, mona: Seller
) -> None:
    heard = await listen(world, mona, "order.placed")
    placed = await world.an_order(mona, await world.a_product(mona))
    await world.run_jobs()

    [(url, headers, body)] = world.internet.calls
    said = Webhook(heard.secret).verify(body, dict(headers))

    assert url == URL
    assert (said["type"], said["version"]) == ("order.placed", 1)
    assert said["data"]["number"] == placed.order.number
    assert said["data"]["items"][0]["quantity"] == 1
    assert said["data"]["total"] == "50.00"
    [delivery] = await log(world, mona, heard)
    assert headers["webhook-id"] == str(delivery.event_id)
    assert (delivery.status, delivery.tries[0].answer) == (DeliveryStatus.DELIVERED, "thanks")


async def test_the_whole_life_of_an_order_is_told_in_public_names(
    world: World, mona: Seller
) -> None:
    await listen(world, mona)
    order = (await world.an_order(mona, await world.a_product(mona))).order
    await world.run_jobs()
    for status in ("confirmed", "preparing", "shipped", "delivery_failed", "shipped", "returned"):
        await world.move(mona, order.id, status)
        await world.run_jobs()

    assert [each["type"] for each in told(world)] == [
        "product.created",
        "order.placed",
        "order.confirmed",
        "order.preparing",
        "order.shipped",
        "order.delivery_failed",
        "order.shipped",
        "order.returned",
    ]
    assert told(world)[2]["data"]["previous_status"] == "pending"


async def test_what_is_edited_and_given_back_is_told_as_it_is_by_then(
    world: World, mona: Seller
) -> None:
    await listen(world, mona, "order.edited", "order.refunded")
    lamp = await world.a_product(mona, price="50.00", stock=10)
    order = (await world.an_order(mona, lamp)).order
    await world.marketplace.editing.edit(
        EditOrder(acting=mona.actor, order_id=order.id, items=[Wish(product_id=lamp, quantity=2)])
    )
    await world.run_jobs()
    for status in ("confirmed", "preparing", "shipped", "delivered"):
        await world.move(mona, order.id, status)
    await world.marketplace.paying.refund(
        RefundOrder(acting=mona.actor, order_id=order.id, amount="20.00", reason="broken")
    )
    await world.run_jobs()

    edited, refunded = told(world)
    assert (edited["type"], refunded["type"]) == ("order.edited", "order.refunded")
    assert (edited["data"]["total"], edited["data"]["items"][0]["quantity"]) == ("100.00", 2)
    assert edited["data"]["previous_status"] is None
    assert refunded["data"]["amount_refunded"] == "20.00"
    assert refunded["data"]["payment_status"] == "partially_refunded"


async def test_what_an_admin_takes_down_and_restores_is_told(world: World, mona: Seller) -> None:
    boss, lamp = await world.an_admin(), await world.a_product(mona)
    await listen(world, mona, "product.taken_down", "product.restored")
    await world.marketplace.moderation.take_down(boss, lamp, "counterfeit")
    await world.run_jobs()
    await world.marketplace.moderation.restore(boss, lamp)
    await world.run_jobs()

    down, back = told(world)
    assert (down["type"], back["type"]) == ("product.taken_down", "product.restored")
    assert (down["data"]["status"], down["data"]["takedown_reason"]) == ("draft", "counterfeit")
    assert down["data"]["taken_down_at"].endswith("Z")
    assert (back["data"]["status"], back["data"]["takedown_reason"]) == ("active", None)


async def test_products_and_stock_are_told_of(world: World, mona: Seller) -> None:
    await listen(world, mona)
    lamp = await world.a_product(mona, stock=4, low_stock_at=3)
    await world.an_order(mona, lamp)
    await world.marketplace.products.archive(mona.actor, lamp)
    await world.run_jobs()

    said = {each["type"]: each["data"] for each in told(world)}
    assert said["stock.low"]["available"] == 3
    assert said["product.archived"]["status"] == "archived"
    assert said["product.archived"]["variants"][0]["price"] == "50.00"


async def test_only_what_was_asked_for_is_told(world: World, mona: Seller) -> None:
    await listen(world, mona, "order.cancelled")
    await world.an_order(mona, await world.a_product(mona))

    await world.run_jobs()

    assert world.internet.calls == []


async def test_another_merchants_orders_are_nobodys_business(world: World, mona: Seller) -> None:
    await listen(world, mona)
    hind = await world.a_merchant("hind")
    await world.an_order(hind, await world.a_product(hind))

    await world.run_jobs()

    assert world.internet.calls == []


async def test_where_nobody_listens_nothing_is_written_down(world: World, mona: Seller) -> None:
    await world.marketplace.products.add(AddProduct(acting=mona.actor, title="مصباح", price="5.00"))

    assert "publish" not in {each.reaction for each in world.store.jobs.values()}


async def test_a_call_that_fails_is_made_again_and_again_with_the_same_id(
    world: World, mona: Seller
) -> None:
    heard = await listen(world, mona, "order.placed")
    await world.an_order(mona, await world.a_product(mona))
    world.internet.receivers[URL] = DOWN
    await world.run_jobs()
    for wait in RETRIES[:3]:
        world.clock.pass_(wait * 0.9)
        before = len(world.internet.calls)
        await world.run_jobs()
        assert len(world.internet.calls) == before
        world.clock.pass_(wait * 0.3)
        await world.run_jobs()
        assert len(world.internet.calls) == before + 1

    world.internet.receivers[URL] = FINE
    world.clock.pass_(RETRIES[3] * 1.2)
    await world.run_jobs()

    assert len({headers["webhook-id"] for _, headers, _ in world.internet.calls}) == 1
    assert len({headers["webhook-timestamp"] for _, headers, _ in world.internet.calls}) == 5
    [delivery] = await log(world, mona, heard)
    assert [each.status for each in delivery.tries] == [503, 503, 503, 503, 200]
    assert delivery.status is DeliveryStatus.DELIVERED


async def test_a_worker_that_dies_behind_the_call_calls_again_with_the_same_id(
    world: World, mona: Seller
) -> None:
    heard = await listen(world, mona, "order.placed")
    await world.an_order(mona, await world.a_product(mona))
    await world.do_without_finishing()
    await world.do_without_finishing()
    world.clock.pass_(timedelta(minutes=2))

    await world.run_jobs()

    assert len({headers["webhook-id"] for _, headers, _ in world.internet.calls}) == 1
    assert len(await log(world, mona, heard)) == 1


async def test_what_has_failed_for_three_days_waits_to_be_sent_again(
    world: World, mona: Seller
) -> None:
    heard = await listen(world, mona, "order.placed")
    await world.an_order(mona, await world.a_product(mona))
    world.internet.receivers[URL] = DOWN
    await until_quiet(world)
    [delivery] = await log(world, mona, heard, status=DeliveryStatus.FAILED)
    calls = len(world.internet.calls)
    world.internet.receivers[URL] = FINE

    again = await world.marketplace.deliveries.send_failed_again(
        SendAgain(acting=mona.actor, endpoint_id=heard.endpoint.id, since=delivery.created_at)
    )
    await world.run_jobs()

    assert calls == len(RETRIES) + 1
    assert (again.sent, again.more) == (1, False)
    assert [each.status for each in await log(world, mona, heard)] == ["delivered"]
    assert len({headers["webhook-id"] for _, headers, _ in world.internet.calls}) == 1


async def test_one_delivery_is_sent_again_even_if_it_came_there(world: World, mona: Seller) -> None:
    heard = await listen(world, mona, "order.placed")
    await world.an_order(mona, await world.a_product(mona))
    await world.run_jobs()
    [delivery] = await log(world, mona, heard)

    await world.marketplace.deliveries.send_again(mona.actor, heard.endpoint.id, delivery.id)
    await world.run_jobs()

    first, second = world.internet.calls
    assert first[2] == second[2]
    assert first[1]["webhook-id"] == second[1]["webhook-id"]


async def test_an_earlier_appointment_counts_no_more(world: World, mona: Seller) -> None:
    heard = await listen(world, mona, "order.placed")
    await world.an_order(mona, await world.a_product(mona))
    world.internet.receivers[URL] = DOWN
    await world.run_jobs()
    [delivery] = await log(world, mona, heard)
    for _ in range(3):
        await world.marketplace.deliveries.send_again(mona.actor, heard.endpoint.id, delivery.id)

    await world.run_jobs()

    assert len(world.internet.calls) == 2


async def test_whoever_is_gone_is_called_no_more_and_the_merchant_hears_of_it(
    world: World, mona: Seller
) -> None:
    heard = await listen(world, mona, "order.placed")
    lamp = await world.a_product(mona)
    await world.an_order(mona, lamp)
    world.internet.receivers[URL] = GONE

    await world.run_jobs()
    await world.an_order(mona, lamp)
    await world.run_jobs()

    endpoint = await world.marketplace.webhooks.find(mona.actor, heard.endpoint.id)
    assert (endpoint.is_enabled, endpoint.disabled_because) == (False, WhyDisabled.GONE)
    assert len(world.internet.calls) == 1
    assert len(world.letters_to(mona.email, LetterKind.WEBHOOK_GONE)) == 1
    [slip] = [each for each in await world.inbox(mona) if each.topic is Topic.WEBHOOK_DISABLED]
    assert URL in slip.body


async def test_days_of_failure_end_the_calls_and_what_was_on_its_way(
    world: World, mona: Seller
) -> None:
    heard = await listen(world, mona, "order.placed")
    lamp = await world.a_product(mona)
    world.internet.receivers[URL] = DOWN
    for _ in range(int(FAILING_FOR / timedelta(days=1)) + 2):
        await world.an_order(mona, lamp)
        for _ in range(6):
            await world.run_jobs()
            world.clock.pass_(timedelta(hours=4))
    await until_quiet(world)

    endpoint = await world.marketplace.webhooks.find(mona.actor, heard.endpoint.id)
    assert endpoint.disabled_because is WhyDisabled.FAILING
    assert len(world.letters_to(mona.email, LetterKind.WEBHOOK_FAILING)) == 1
    assert {each.status for each in await log(world, mona, heard)} == {"failed"}
    assert world.store.jobs == {}

    world.internet.receivers[URL] = FINE
    edit = EditEndpoint(acting=mona.actor, endpoint_id=endpoint.id, enabled=True)
    await world.marketplace.webhooks.edit(edit)
    again = SendAgain(
        acting=mona.actor,
        endpoint_id=endpoint.id,
        since=world.clock.now() - KEPT_FOR,
    )
    sent = await world.marketplace.deliveries.send_failed_again(again)
    await until_quiet(world)
    # Whoever is not called any more is not written to either.
    assert sent.sent == 5
    assert {each.status for each in await log(world, mona, heard)} == {"delivered"}


async def test_a_former_secret_signs_beside_the_new_one_for_a_while(
    world: World, mona: Seller
) -> None:
    heard = await listen(world, mona)
    rotated = await world.marketplace.webhooks.rotate_secret(mona.actor, heard.endpoint.id)
    await world.marketplace.deliveries.test(mona.actor, heard.endpoint.id)
    await world.run_jobs()

    [(_, headers, body)] = world.internet.calls
    assert rotated.secret != heard.secret
    for secret in (heard.secret, rotated.secret):
        assert Webhook(secret).verify(body, dict(headers))["type"] == "webhook.test"

    world.clock.pass_(timedelta(hours=24))
    await world.marketplace.deliveries.test(mona.actor, heard.endpoint.id)
    await world.run_jobs()
    assert " " not in world.internet.calls[-1][1]["webhook-signature"]


async def test_secrets_are_sealed_where_they_are_kept(world: World, mona: Seller) -> None:
    heard = await listen(world, mona)

    assert heard.secret.startswith("whsec_")
    assert heard.secret.encode() not in repr(world.store.entities).encode()
    other = await world.marketplace.webhooks.find(mona.actor, heard.endpoint.id)
    assert not hasattr(other, "secret")


async def test_a_secret_that_no_key_opens_is_no_reason_to_call_unsigned(
    world: World, mona: Seller
) -> None:
    heard = await listen(world, mona)
    await world.marketplace.deliveries.test(mona.actor, heard.endpoint.id)
    stranger = world.with_(sealing=MemorySealing())

    await stranger.jobs.run_all()

    assert world.internet.calls == []
    [delivery] = await log(world, mona, heard)
    assert delivery.tries[0].failure is Failure.SECRET_LOST


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"url": "https://10.0.0.1/"}, {"url": "host-not-allowed"}),
        ({"url": "http://erp.example/"}, {"url": "host-not-allowed"}),
        ({"url": "https://inside.example/"}, {"url": "host-not-allowed"}),
        ({"url": "https://nowhere.example/"}, {"url": "host-not-allowed"}),
        ({"url": "nonsense"}, {"url": "bad-webhook-url"}),
        ({"events": ["order.eaten"]}, {"events": "unknown-event"}),
        ({"events": []}, {"events": "unknown-event"}),
        ({"description": "x" * 201}, {"description": "too-long"}),
    ],
)
async def test_an_address_is_looked_at_before_it_is_taken(
    world: World, mona: Seller, said: dict[str, Any], code: dict[str, str]
) -> None:
    world.internet.addresses |= {"inside.example": ["8.8.8.8", "10.0.0.1"], "nowhere.example": []}
    wanted = {"url": URL, "events": ["*"]} | said

    with pytest.raises(InvalidFields) as refused:
        await world.marketplace.webhooks.add(AddEndpoint(acting=mona.actor, **wanted))

    assert {each.field: each.code for each in refused.value.problems} == code


async def test_a_change_is_looked_at_as_well(world: World, mona: Seller) -> None:
    heard = await listen(world, mona)
    wishes: list[dict[str, Any]] = [
        {"url": "https://10.0.0.1/"},
        {"url": "x"},
        {"events": []},
        {"events": ["no"]},
    ]
    for said in wishes:
        with pytest.raises(InvalidFields):
            await world.marketplace.webhooks.edit(
                EditEndpoint(acting=mona.actor, endpoint_id=heard.endpoint.id, **said)
            )

    found = await world.marketplace.webhooks.find(mona.actor, heard.endpoint.id)
    assert (found.url, found.events) == (URL, ("*",))


async def test_a_name_that_means_something_else_by_then_is_not_called(
    world: World, mona: Seller
) -> None:
    heard = await listen(world, mona)
    world.internet.addresses["erp.example"] = ["127.0.0.1"]
    await world.marketplace.deliveries.test(mona.actor, heard.endpoint.id)

    await world.run_jobs()

    assert world.internet.calls == []
    [delivery] = await log(world, mona, heard)
    assert delivery.tries[0].failure is Failure.NOT_ALLOWED


async def test_a_merchant_has_ten(world: World, mona: Seller) -> None:
    for _ in range(MOST_ENDPOINTS):
        await listen(world, mona)

    with pytest.raises(TooManyEndpoints):
        await listen(world, mona)


async def test_what_is_removed_is_called_no_more(world: World, mona: Seller) -> None:
    heard = await listen(world, mona)
    await world.marketplace.deliveries.test(mona.actor, heard.endpoint.id)

    await world.marketplace.webhooks.remove(mona.actor, heard.endpoint.id)
    await world.run_jobs()

    assert world.internet.calls == []
    assert world.store.jobs == {}
    assert world.store.all_of(Delivery) == []
    with pytest.raises(EndpointNotFound):
        await world.marketplace.webhooks.find(mona.actor, heard.endpoint.id)


async def test_of_a_merchant_who_has_left_nothing_is_kept_and_nobody_is_called(
    world: World, mona: Seller
) -> None:
    heard = await listen(world, mona)
    await world.an_order(mona, await world.a_product(mona))
    await world.run_jobs()
    calls = len(world.internet.calls)

    await world.marketplace.admin.close(await world.an_admin(), mona.merchant_id, force=True)
    await world.run_jobs()

    assert len(world.internet.calls) == calls
    assert world.store.all_of(type(heard.endpoint)) == []
    assert world.store.all_of(Delivery) == []


async def test_what_is_disabled_is_neither_called_nor_tested(world: World, mona: Seller) -> None:
    heard = await listen(world, mona)
    await world.marketplace.webhooks.edit(
        EditEndpoint(acting=mona.actor, endpoint_id=heard.endpoint.id, enabled=False)
    )
    await world.an_order(mona, await world.a_product(mona))
    await world.run_jobs()

    assert world.internet.calls == []
    with pytest.raises(EndpointDisabled):
        await world.marketplace.deliveries.test(mona.actor, heard.endpoint.id)


async def test_a_crowd_for_one_receiver_leaves_lines_for_others(world: World, mona: Seller) -> None:
    heard = await listen(world, mona)
    for _ in range(CALLS_TO_ONE):
        assert world.marketplace.dispatch.lines.take(heard.endpoint.id)
    await world.marketplace.deliveries.test(mona.actor, heard.endpoint.id)
    await world.run_jobs()
    [waiting] = await log(world, mona, heard)
    for _ in range(CALLS_TO_ONE):
        world.marketplace.dispatch.lines.free(heard.endpoint.id)

    assert (world.internet.calls, waiting.tries, waiting.failures) == ([], (), 0)
    world.clock.pass_(timedelta(seconds=30))
    await world.run_jobs()
    assert len(world.internet.calls) == 1


async def test_the_log_is_kept_for_a_month(world: World, mona: Seller) -> None:
    heard = await listen(world, mona)
    await world.marketplace.deliveries.test(mona.actor, heard.endpoint.id)
    await world.run_jobs()

    world.clock.pass_(KEPT_FOR)
    assert await world.marketplace.dispatch.forget() == 0
    world.clock.pass_(timedelta(seconds=1))
    assert await world.marketplace.dispatch.forget() == 1

    assert await log(world, mona, heard) == []


async def test_the_log_is_filtered(world: World, mona: Seller) -> None:
    heard = await listen(world, mona)
    lamp = await world.a_product(mona)
    await world.run_jobs()
    world.internet.receivers[URL] = DOWN
    world.clock.pass_(timedelta(hours=1))
    await world.an_order(mona, lamp)
    await world.run_jobs()
    now = world.clock.now()

    async def events(**said: Any) -> list[str]:
        return [each.event for each in await log(world, mona, heard, **said)]

    assert await events() == ["order.placed", "product.created"]
    assert await events(status=DeliveryStatus.PENDING) == ["order.placed"]
    assert await events(event="product.created") == ["product.created"]
    assert await events(since=now) == ["order.placed"]
    assert await events(until=now - timedelta(minutes=1)) == ["product.created"]


async def test_another_merchants_webhooks_are_not_there(world: World, mona: Seller) -> None:
    heard = await listen(world, mona)
    sent = await world.marketplace.deliveries.test(mona.actor, heard.endpoint.id)
    hind = await world.a_merchant("hind")
    own = await listen(world, hind)
    webhooks, deliveries = world.marketplace.webhooks, world.marketplace.deliveries
    id = heard.endpoint.id

    for attempt in (
        webhooks.find(hind.actor, id),
        webhooks.edit(EditEndpoint(acting=hind.actor, endpoint_id=id, enabled=False)),
        webhooks.rotate_secret(hind.actor, id),
        webhooks.remove(hind.actor, id),
        deliveries.test(hind.actor, id),
        deliveries.find(hind.actor, id, sent.id),
        deliveries.send_again(hind.actor, id, sent.id),
        deliveries.log(FindDeliveries(acting=hind.actor, endpoint_id=id), Paging()),
        deliveries.send_failed_again(
            SendAgain(acting=hind.actor, endpoint_id=id, since=world.clock.now())
        ),
    ):
        with pytest.raises(EndpointNotFound):
            await attempt
    for attempt in (
        deliveries.find(hind.actor, own.endpoint.id, sent.id),
        deliveries.send_again(hind.actor, own.endpoint.id, sent.id),
    ):
        with pytest.raises(DeliveryNotFound):
            await attempt
    assert [each.id for each in (await webhooks.mine(hind.actor, Paging())).items] == [
        own.endpoint.id
    ]


async def test_the_book_says_who_changed_what_and_knows_no_secret(
    world: World, mona: Seller
) -> None:
    heard = await listen(world, mona)
    await world.marketplace.webhooks.rotate_secret(mona.actor, heard.endpoint.id)
    await world.marketplace.webhooks.remove(mona.actor, heard.endpoint.id)

    for action in (Action.WEBHOOK_ADDED, Action.WEBHOOK_ROTATED, Action.WEBHOOK_REMOVED):
        [entry] = world.audited(action)
        assert entry.actor_id == mona.actor.account_id
        assert "whsec_" not in repr(entry)


def test_every_public_name_is_there_once() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(PUBLISHED)


async def test_a_merchant_who_is_shut_out_is_told_nothing(world: World, mona: Seller) -> None:
    await listen(world, mona)
    order = (await world.an_order(mona, await world.a_product(mona))).order
    await world.run_jobs()
    calls = len(world.internet.calls)
    await world.marketplace.admin.suspend(await world.an_admin(), mona.merchant_id, "fraud")
    world.clock.pass_(timedelta(hours=49))

    await world.marketplace.confirming.expire_due()
    await world.run_jobs()

    assert (await world.order(order.id)).status == "expired"
    assert len(world.internet.calls) == calls


async def until_quiet(world: World) -> None:
    """Whatever is due is done, and whatever that makes due, for as many days as it takes."""
    for _ in range(100):
        await world.run_jobs()
        world.clock.pass_(timedelta(hours=3))
