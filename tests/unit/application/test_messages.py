"""What guests are told, and how a lost link is found again."""

from contextlib import nullcontext
from typing import Any

import pytest

from marketplace.adapters.memory.neighbours import MemoryMessenger
from marketplace.adapters.system import SystemSecrets
from marketplace.application.delivery import SaidDelivery
from marketplace.application.merchants import EditMerchant
from marketplace.application.orders import EditOrder, PlacedOrder, SeekOrder, TakeOrder, Wish
from marketplace.application.ports import (
    JobId,
    LetterKind,
    Message,
    MessageRefused,
    MessageUnavailable,
    Messenger,
)
from marketplace.domain.accounts import TooManyAttempts, digest
from marketplace.domain.errors import InvalidFields, MarketplaceError
from marketplace.domain.merchants import StoreNotFound
from marketplace.domain.orders import BadOrderNumber, OrderNotFound, OrderSought, parse_order_number
from marketplace.domain.text import Missing

from ..world import Seller, World


async def placed(world: World, seller: Seller, **said: str) -> PlacedOrder:
    order = await world.an_order(seller, await world.a_product(seller), **said)
    await world.run_jobs()
    world.messenger.sent.clear()
    return order


def seek(seller: Seller, number: object, phone: str, address: str | None = None) -> SeekOrder:
    return SeekOrder(store=seller.username, number=str(number), phone=phone, address=address)


def token_in(message: Message) -> str:
    return message.facts["link"].rpartition("/")[2]


@pytest.mark.parametrize(
    "phone", ["0501234567", "+966 50 123 4567", "٠٥٠١٢٣٤٥٦٧", "00966501234567"]
)
@pytest.mark.parametrize("number", ["1001", "#1001", "١٠٠١", " 01001 ", "\u20661001\u2069"])
async def test_whoever_placed_an_order_gets_its_link_again(
    world: World, number: str, phone: str
) -> None:
    mona = await world.a_merchant()
    order = (await placed(world, mona)).order

    await world.marketplace.seeking.seek(seek(mona, number, phone))
    await world.run_jobs()

    [message] = world.messenger.sent
    assert (message.kind, message.phone) == (LetterKind.ORDER_LINK, order.customer.phone)
    assert (await world.marketplace.orders.track(token_in(message))).order.id == order.id


@pytest.mark.parametrize("number", ["", "  ", "#"])
def test_a_number_is_needed(number: str) -> None:
    with pytest.raises(Missing):
        parse_order_number(number)


@pytest.mark.parametrize(
    "number",
    ["0", "-1001", "1001.0", "1e3", "10011001100", "2147483648", "x", "1001x", "½", "1" * 5000],
)
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(BadOrderNumber):
        parse_order_number(number)


async def test_nobody_else_gets_it(world: World) -> None:
    mona, rival = await world.a_merchant(), await world.a_merchant()
    await placed(world, mona)
    seeking = world.marketplace.seeking

    await seeking.seek(seek(mona, 1001, "0507777777"))
    await seeking.seek(seek(mona, 1002, "0501234567"))
    await seeking.seek(seek(rival, 1001, "0501234567"))
    await world.run_jobs()

    assert world.messenger.sent == []


async def test_the_same_is_written_down_whether_there_is_such_an_order(world: World) -> None:
    mona = await world.a_merchant()
    await placed(world, mona)
    written = []

    for number in (1001, 1002):
        await world.marketplace.seeking.seek(seek(mona, number, "0501234567"))
        written.append([(each.reaction, each.event) for each in world.store.jobs.values()])
        world.store.jobs.clear()

    events = [[event for _, event in each] for each in written]
    assert [[reaction for reaction, _ in each] for each in written] == [["send_tracking_link"]] * 2
    assert [
        [(event.merchant_id, event.phone) for event in each if isinstance(event, OrderSought)]
        for each in events
    ] == [[(mona.merchant_id, "+966501234567")]] * 2


async def test_links_that_were_given_before_stay_good_and_no_secret_waits(world: World) -> None:
    mona = await world.a_merchant()
    order = await placed(world, mona)
    await world.marketplace.seeking.seek(seek(mona, 1001, "0501234567"))
    waiting = repr(world.store.jobs)
    await world.run_jobs()

    [message] = world.messenger.sent
    kept = waiting + repr(world.store.entities) + repr(world.store.order_links)
    for token in (order.tracking_token, token_in(message)):
        assert (await world.marketplace.orders.track(token)).order.id == order.order.id
        assert token not in kept
    assert len(token_in(message)) == 43


async def test_a_job_done_twice_sends_one_message_with_one_link(world: World) -> None:
    mona = await world.a_merchant()
    await placed(world, mona)
    await world.marketplace.seeking.seek(seek(mona, 1001, "0501234567"))
    recorder = Recorder()
    jobs = world.with_(messenger=recorder).jobs

    async with world.ports.begin() as market:
        [job] = await market.outbox.claim(world.clock.now(), jobs.delay(1), 10)
    await jobs.reactions.carry_out(job)
    await jobs.reactions.carry_out(job)

    first, second = recorder.seen
    assert first == second
    assert first.id == job.id
    assert len(world.store.order_links) == 1


async def test_another_key_makes_another_link_and_voids_none(world: World) -> None:
    mona = await world.a_merchant()
    order = (await placed(world, mona)).order
    old, new = b"a key that is known to everybody", b"another key, known to everybody."

    for key in ((old,), (new, old), (new,)):
        market = world.with_(secrets=SystemSecrets(*key))
        await market.seeking.seek(seek(mona, 1001, "0501234567"))
        await market.jobs.run_all()

    tokens = [token_in(each) for each in world.messenger.sent]
    assert tokens[1] == tokens[2] != tokens[0]
    for token in tokens:
        assert (await market.orders.track(token)).order.id == order.id


async def test_no_order_has_the_link_of_another(world: World) -> None:
    secrets = world.ports.secrets

    assert secrets.named("one") == secrets.named("one") != secrets.named("another")
    assert secrets.named("one") != SystemSecrets(b"another key, known to everybody.").named("one")


async def test_a_telephone_does_not_ring_all_day(world: World) -> None:
    """As often for an order that is there as for one that is not, whatever the address."""
    mona, rival = await world.a_merchant(), await world.a_merchant()
    await placed(world, mona)
    seen = {}

    for phone in ("0501234567", "0507777777"):
        outcomes = []
        for number in range(5):
            try:
                said = seek(mona, 1001, phone, f"203.0.113.{number}")
                await world.marketplace.seeking.seek(said)
                outcomes.append("")
            except TooManyAttempts as refused:
                outcomes.append(repr(refused))
        seen[phone] = outcomes

    assert seen["0501234567"] == seen["0507777777"]
    assert seen["0501234567"][:3] == ["", "", ""]
    assert seen["0501234567"][3] != ""
    await world.marketplace.seeking.seek(seek(rival, 1001, "0501234567"))


async def test_an_address_cannot_ask_for_everybody(world: World) -> None:
    mona = await world.a_merchant()

    with pytest.raises(TooManyAttempts):
        for number in range(31):
            said = seek(mona, 1001, f"05012345{number:02}", "203.0.113.1")
            await world.marketplace.seeking.seek(said)

    assert len(world.store.jobs) == 30 + len(world.letters_to(mona.email)) + 1


async def test_an_unknown_store_and_bad_fields_are_said(world: World) -> None:
    mona = await world.a_merchant()

    with pytest.raises(StoreNotFound):
        await world.marketplace.seeking.seek(
            SeekOrder(store="nobody", number="1001", phone="0501234567")
        )
    with pytest.raises(InvalidFields) as refused:
        await world.marketplace.seeking.seek(seek(mona, "x", "12"))

    assert [each.field for each in refused.value.problems] == ["number", "phone"]


# News


async def test_who_ordered_is_told_what_all_of_it_costs(world: World) -> None:
    mona = await world.a_merchant()
    await world.marketplace.merchants.edit(
        EditMerchant(acting=mona.actor, delivery=SaidDelivery(default_fee="15.00", cod_fee="5.00"))
    )
    await world.an_order(mona, await world.a_product(mona, price="50.00"))
    await world.run_jobs()

    facts = world.messenger.sent[-1].facts

    assert facts["lines"] == "1 × مصباح"
    assert facts["fees"] == (
        "رسوم التوصيل: \u206615.00 SAR\u2069\nرسوم الدفع عند الاستلام: \u20665.00 SAR\u2069"
    )
    assert (facts["discount"], facts["total"]) == ("", "70.00 SAR")


NEWS = {
    (): LetterKind.ORDER_PLACED,
    ("confirmed",): LetterKind.ORDER_CONFIRMED,
    ("confirmed", "shipped"): LetterKind.ORDER_SHIPPED,
    ("cancelled",): LetterKind.ORDER_CANCELLED,
    ("confirmed", "cancelled"): LetterKind.ORDER_CANCELLED,
    ("cancelled", "pending"): LetterKind.ORDER_PLACED,
}


@pytest.mark.parametrize("statuses", NEWS)
async def test_guests_are_told_what_became_of_their_order(
    world: World, statuses: tuple[str, ...]
) -> None:
    mona = await world.a_merchant()
    order = await world.an_order(mona, await world.a_product(mona))
    for status in statuses:
        await world.run_jobs()
        await world.move(
            mona, order.order.id, status, courier="Aramex", tracking_number="AX-1", note="internal"
        )
    await world.run_jobs()

    message = world.messenger.sent[-1]
    assert message.kind is NEWS[statuses]
    assert len(world.messenger.sent) == len(statuses) + 1
    assert len({token_in(each) for each in world.messenger.sent}) == 1
    told = repr(message)
    for private in ("internal", "no longer wanted", "حي النخيل"):
        assert private not in told
    if message.kind is LetterKind.ORDER_SHIPPED:
        assert (message.facts["courier"], message.facts["tracking_number"]) == ("Aramex", "AX-1")


async def test_what_expired_is_told_once(world: World) -> None:
    mona = await world.a_merchant()
    await placed(world, mona)
    world.clock.pass_(world.marketplace.jobs.delay(1) * 100_000)

    await world.marketplace.confirming.expire_due()
    await world.marketplace.confirming.expire_due()
    await world.run_jobs()

    assert [each.kind for each in world.messenger.sent] == [LetterKind.ORDER_EXPIRED]


async def test_news_that_is_out_of_date_is_not_told(world: World) -> None:
    mona = await world.a_merchant()
    order = await world.an_order(mona, await world.a_product(mona))
    await world.move(mona, order.order.id, "confirmed", "cancelled")

    await world.run_jobs()

    assert [each.kind for each in world.messenger.sent] == [LetterKind.ORDER_CANCELLED]


async def test_news_is_kept_for_nobody_it_does_not_reach_but_a_link_is(world: World) -> None:
    mona = await world.a_merchant()
    unheard = Unheard()
    market = world.with_(messenger=unheard)
    order = await world.an_order(mona, await world.a_product(mona))
    await market.jobs.run_all()

    assert unheard.sent == []
    assert world.store.order_links == {}

    await market.seeking.seek(seek(mona, order.order.number, "0501234567"))
    await market.jobs.run_all()

    assert [each.kind for each in unheard.sent] == [LetterKind.ORDER_LINK]
    assert digest(token_in(unheard.sent[0])) in world.store.order_links


async def test_what_is_refused_for_good_is_parked_and_what_passes_is_tried_again(
    world: World,
) -> None:
    mona = await world.a_merchant()
    await placed(world, mona)
    await world.marketplace.seeking.seek(seek(mona, 1001, "0501234567"))
    [key] = world.store.jobs

    await world.with_(messenger=Broken(MessageUnavailable(code=131056))).jobs.run(JobId(key))
    assert not world.store.jobs[JobId(key)].is_dead

    world.clock.pass_(world.marketplace.jobs.delay(1))
    await world.with_(messenger=Broken(MessageRefused(code=131026))).jobs.run(JobId(key))
    assert world.store.jobs[JobId(key)].is_dead
    assert "131026" in world.store.jobs[JobId(key)].why


class Recorder(MemoryMessenger):
    """Remembers each time it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Message] = []

    async def send(self, message: Message, /) -> None:
        self.seen.append(message)


class Unheard(MemoryMessenger):
    """Keeps what nobody hears."""

    def reaches(self, message: Message, /) -> bool:
        return False


class Broken(Messenger):
    def __init__(self, error: MarketplaceError) -> None:
        self.error = error

    def reaches(self, message: Message, /) -> bool:
        return True

    async def send(self, message: Message, /) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("edit", "is_void"),
    [
        ({"customer_phone": "0507777777"}, True),
        ({"email": "right@example.com"}, True),
        ({"email": ""}, True),
        ({"customer_name": "سارة"}, False),
        ({"customer_phone": "+966501234567"}, False),
    ],
)
async def test_links_that_went_to_a_wrong_address_end_when_it_is_put_right(
    world: World, edit: dict[str, Any], is_void: bool
) -> None:
    mona = await world.a_merchant()
    order = await placed(world, mona, email="wrong@example.com")
    orders, confirming = world.marketplace.orders, world.marketplace.confirming
    await world.marketplace.seeking.seek(seek(mona, 1001, "0501234567"))
    await world.run_jobs()
    sent = token_in(world.messenger.sent.pop())
    edited = EditOrder(acting=mona.actor, order_id=order.order.id, **edit)

    phone = (await world.marketplace.editing.edit(edited)).order.customer.phone

    if is_void:
        for act in (orders.track, confirming.confirm_by_guest, confirming.cancel_by_guest):
            with pytest.raises(OrderNotFound):
                await act(sent)
    else:
        assert (await orders.track(sent)).order.id == order.order.id
    assert (await orders.track(order.tracking_token)).order.id == order.order.id
    await world.marketplace.seeking.seek(seek(mona, 1001, phone))
    await world.run_jobs()
    again = token_in(world.messenger.sent.pop())
    assert (await orders.track(again)).order.id == order.order.id
    assert (again != sent) is is_void


@pytest.mark.parametrize(
    ("edit", "is_void"),
    [({"customer_phone": "0507777777"}, True), ({"email": "right@example.com"}, False)],
)
async def test_of_an_order_by_hand_the_link_in_the_message_to_the_telephone_ends_with_that(
    world: World, edit: dict[str, Any], is_void: bool
) -> None:
    mona = await world.a_merchant()
    lamp = await world.a_product(mona)
    taken = await world.marketplace.taking.take(
        TakeOrder(
            acting=mona.actor,
            customer_name="سارة",
            customer_phone="0501234567",
            address="حي النخيل",
            items=[Wish(product_id=lamp, quantity=1)],
            email="wrong@example.com",
        )
    )
    token = taken.tracking_url.rpartition("/")[2]
    await world.marketplace.orders.track(token)

    await world.marketplace.editing.edit(
        EditOrder(acting=mona.actor, order_id=taken.order.id, **edit)
    )

    with pytest.raises(OrderNotFound) if is_void else nullcontext():
        await world.marketplace.orders.track(token)
