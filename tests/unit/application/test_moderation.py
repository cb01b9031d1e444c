"""What an admin takes down is out of the store, and its merchant is told and cannot put it back."""

import pytest

from marketplace.application.bulk import ChangeMany, Outcome, ProductWish
from marketplace.application.imports import HandInSheet
from marketplace.application.moderation import LONGEST_REASON, WatchProducts
from marketplace.application.notices import ChooseMail
from marketplace.application.orders import EditOrder, TakeOrder, Wish
from marketplace.application.ports import LetterKind, Paging
from marketplace.application.products import EditProduct
from marketplace.domain.accounts import Actor, WrongRole
from marketplace.domain.audit import Action
from marketplace.domain.errors import InvalidFields
from marketplace.domain.moderation import ProductTakenDown
from marketplace.domain.notifications import CHOSEN, Topic
from marketplace.domain.orders import OrderStatus
from marketplace.domain.products import ProductId, ProductNotFound, ProductStatus

from ..world import NOBODYS, Seller, World

WHY = "منتج مقلّد"


@pytest.fixture
async def boss(world: World) -> Actor:
    return await world.an_admin()


@pytest.fixture
async def mona(world: World) -> Seller:
    return await world.a_merchant("mona")


@pytest.fixture
async def lamp(world: World, mona: Seller) -> ProductId:
    return await world.a_product(mona, sku="LMP-1")


async def take_down(world: World, boss: Actor, product_id: ProductId, why: str = WHY) -> None:
    await world.marketplace.moderation.take_down(boss, product_id, why)


async def edit(world: World, seller: Seller, product_id: ProductId, **said: object) -> None:
    await world.marketplace.products.edit(
        EditProduct(acting=seller.actor, product_id=product_id, **said)  # type: ignore[arg-type]
    )


async def on_sale(world: World, seller: Seller) -> list[str]:
    page = await world.marketplace.storefront.page(seller.username, Paging())
    return [each.id for each in page.products.items]


async def test_what_is_taken_down_is_neither_shown_nor_quoted_nor_sold(
    world: World, boss: Actor, mona: Seller, lamp: ProductId
) -> None:
    await take_down(world, boss, lamp)

    assert await on_sale(world, mona) == []
    with pytest.raises(ProductNotFound):
        await world.marketplace.storefront.product(mona.username, str(lamp))
    with pytest.raises(ProductNotFound):
        await world.an_order(mona, lamp)
    wanted = [Wish(product_id=lamp, quantity=1)]
    quoted = await world.marketplace.quotes.quote(mona.username, wanted)
    assert [type(each) for each in quoted.refusals] == [ProductNotFound]
    with pytest.raises(ProductNotFound):
        await world.marketplace.taking.take(
            TakeOrder(
                acting=mona.actor,
                items=wanted,
                customer_name="سارة",
                customer_phone="0501234567",
                address="حي النخيل",
            )
        )


async def test_its_merchant_sees_why_and_is_told_by_mail_whatever_was_chosen(
    world: World, boss: Actor, mona: Seller, lamp: ProductId
) -> None:
    nothing = dict.fromkeys(map(str, CHOSEN), False)
    await world.marketplace.preferences.choose(ChooseMail(acting=mona.actor, mail=nothing))

    await take_down(world, boss, lamp)
    for job in await world.do_without_finishing():
        await world.marketplace.jobs.reactions.carry_out(job)

    view = await world.marketplace.products.find(mona.actor, lamp)
    assert view.product.takedown is not None
    assert (view.product.takedown.reason, view.product.takedown.at) == (WHY, world.clock.now())
    [slip] = await world.inbox(mona)
    assert (slip.topic, WHY in slip.body, "مصباح" in slip.body) == (Topic.MODERATION, True, True)
    [letter] = world.letters_to(mona.email, LetterKind.PRODUCT_TAKEN_DOWN)
    assert WHY in letter.text


async def test_once_more_changes_nothing_and_tells_nobody(
    world: World, boss: Actor, mona: Seller, lamp: ProductId
) -> None:
    await take_down(world, boss, lamp)
    before, counted = await world.product(lamp), world.counted()

    await take_down(world, boss, lamp)
    await take_down(world, boss, lamp, "another reason")

    assert await world.product(lamp) == before
    assert world.counted() == counted
    await world.run_jobs()
    assert len(world.letters_to(mona.email, LetterKind.PRODUCT_TAKEN_DOWN)) == 1


async def test_the_book_says_who_took_it_down_and_why(
    world: World, boss: Actor, mona: Seller, lamp: ProductId
) -> None:
    await take_down(world, boss, lamp)
    await world.marketplace.moderation.restore(boss, lamp, "a mistake")

    [down], [back] = map(world.audited, (Action.PRODUCT_PULLED, Action.PRODUCT_RESTORED))
    assert (down.actor_id, down.subject_type, down.subject_id) == (boss.account_id, "product", lamp)
    assert down.before == {"status": "active"}
    whose = str(mona.merchant_id)
    assert down.after == {"status": "draft", "reason": WHY, "merchant_id": whose}
    assert back.before == {"status": "draft"}
    assert back.after == {"status": "active", "reason": "a mistake", "merchant_id": whose}


async def test_its_merchant_may_edit_and_archive_it_and_not_put_it_on_sale(
    world: World, boss: Actor, mona: Seller, lamp: ProductId
) -> None:
    await take_down(world, boss, lamp)

    await edit(world, mona, lamp, title="قنديل", price="70.00", status="draft")
    await edit(world, mona, lamp, status="archived")
    await edit(world, mona, lamp, status="draft")
    before = await world.product(lamp)
    with pytest.raises(ProductTakenDown) as refused:
        await edit(world, mona, lamp, status="active", title="مصباح")

    assert refused.value.facts == {"reason": WHY}
    assert await world.product(lamp) == before
    assert (before.title, before.status) == ("قنديل", ProductStatus.DRAFT)
    await world.marketplace.products.archive(mona.actor, lamp)
    assert (await world.product(lamp)).is_archived


async def test_a_list_of_changes_puts_back_everything_but_what_is_taken_down(
    world: World, boss: Actor, mona: Seller, lamp: ProductId
) -> None:
    other = await world.a_product(mona, status="draft")
    await take_down(world, boss, lamp)

    items = [ProductWish(id=id, status="active", price="70.00") for id in (lamp, other)]
    items.append(ProductWish(id=lamp, price="80.00"))
    results = await world.marketplace.bulk.change(ChangeMany(acting=mona.actor, items=items))

    outcomes = [each.outcome for each in results]
    assert outcomes == [Outcome.REFUSED, Outcome.CHANGED, Outcome.CHANGED]
    assert isinstance(results[0].problem, ProductTakenDown)
    assert await on_sale(world, mona) == [str(other)]
    assert (await world.product(lamp)).default.price.amount == "80.00"


async def test_a_sheet_puts_back_everything_but_what_is_taken_down(
    world: World, boss: Actor, mona: Seller, lamp: ProductId
) -> None:
    other = await world.a_product(mona, status="draft", sku="LMP-2")
    await take_down(world, boss, lamp)

    sheet = b"sku,status,price\nLMP-1,active,70\nLMP-2,active,70\n"
    wanted = HandInSheet(acting=mona.actor, content=sheet)
    handed = await world.marketplace.imports.hand_in(wanted)
    await world.run_jobs()

    done = await world.marketplace.imports.find(mona.actor, handed.id)
    assert [(each.row, each.code) for each in done.errors] == [(2, "product-taken-down")]
    assert (done.changed, done.refused) == (1, 1)
    assert await on_sale(world, mona) == [str(other)]
    assert (await world.product(lamp)).default.price.amount == "50.00"


async def test_orders_that_have_it_go_on_and_get_no_more_of_it(
    world: World, boss: Actor, mona: Seller, lamp: ProductId
) -> None:
    other = await world.a_product(mona)
    order = (await world.an_order(mona, Wish(product_id=lamp, quantity=2), other)).order
    elsewhere = (await world.an_order(mona, other)).order
    await take_down(world, boss, lamp)

    async def edited(lamps: int, of: object = order.id) -> None:
        items = [Wish(product_id=lamp, quantity=lamps), Wish(product_id=other, quantity=3)]
        await world.marketplace.editing.edit(
            EditOrder(acting=mona.actor, order_id=of, items=items)  # type: ignore[arg-type]
        )

    with pytest.raises(ProductTakenDown):
        await edited(3)
    with pytest.raises(ProductNotFound):
        await edited(1, elsewhere.id)
    await edited(2)
    await edited(1)
    done = await world.move(mona, order.id, "confirmed", "shipped", "delivered")

    assert done.order.status is OrderStatus.DELIVERED
    assert [(each.product_id, each.quantity) for each in done.order.lines] == [
        (lamp, 1),
        (other, 3),
    ]


async def test_an_order_that_has_it_can_be_taken_up_again(
    world: World, boss: Actor, mona: Seller, lamp: ProductId
) -> None:
    order = (await world.an_order(mona, lamp)).order
    await world.move(mona, order.id, "cancelled")
    await take_down(world, boss, lamp)

    again = await world.move(mona, order.id, "pending")

    assert again.order.status is OrderStatus.PENDING
    assert await world.stock(lamp) == (10, 1)


@pytest.mark.parametrize("was", ["active", "draft", "archived"])
async def test_what_is_restored_is_where_it_was(
    world: World, boss: Actor, mona: Seller, was: str
) -> None:
    lamp = await world.a_product(mona, status=was)
    await take_down(world, boss, lamp)
    down = (await world.product(lamp)).status

    for _ in range(2):
        await world.marketplace.moderation.restore(boss, lamp)
    await world.run_jobs()

    product = await world.product(lamp)
    assert (down, product.status) == ("draft" if was == "active" else was, was)
    assert product.takedown is None
    assert len(world.letters_to(mona.email, LetterKind.PRODUCT_RESTORED)) == 1
    assert [each.topic for each in await world.inbox(mona)] == [Topic.MODERATION] * 2
    await edit(world, mona, lamp, status="active")
    assert await on_sale(world, mona) == [str(lamp)]


async def test_what_its_merchant_archived_meanwhile_does_not_come_back_by_itself(
    world: World, boss: Actor, mona: Seller, lamp: ProductId
) -> None:
    await take_down(world, boss, lamp)
    await edit(world, mona, lamp, status="archived")
    await edit(world, mona, lamp, status="draft")

    await world.marketplace.moderation.restore(boss, lamp)

    assert (await world.product(lamp)).status is ProductStatus.DRAFT


async def test_it_is_told_of_each_time(
    world: World, boss: Actor, mona: Seller, lamp: ProductId
) -> None:
    for _ in range(2):
        await take_down(world, boss, lamp)
        await world.marketplace.moderation.restore(boss, lamp)
        await world.run_jobs()

    assert len(await world.inbox(mona)) == 4
    assert len(world.letters_to(mona.email, LetterKind.PRODUCT_TAKEN_DOWN)) == 2


@pytest.mark.parametrize("why", ["", "   ", "x" * (LONGEST_REASON + 1), "a\0b", "\u202e"])
async def test_a_reason_is_needed_that_can_be_told(
    world: World, boss: Actor, lamp: ProductId, why: str
) -> None:
    before = world.counted()

    with pytest.raises(InvalidFields) as refused:
        await take_down(world, boss, lamp, why)

    assert [each.field for each in refused.value.problems] == ["reason"]
    assert world.counted() == before


async def test_nobody_but_an_admin_takes_down_or_looks(
    world: World, mona: Seller, lamp: ProductId
) -> None:
    moderation, who = world.marketplace.moderation, mona.actor

    for attempt in (
        moderation.take_down(who, lamp, WHY),
        moderation.restore(who, lamp),
        moderation.product(who, lamp),
        moderation.products(WatchProducts(acting=who), Paging()),
    ):
        with pytest.raises(WrongRole):
            await attempt


async def test_what_does_not_exist_is_not_found(world: World, boss: Actor) -> None:
    moderation, nobodys = world.marketplace.moderation, ProductId(NOBODYS)

    for attempt in (
        moderation.take_down(boss, nobodys, WHY),
        moderation.restore(boss, nobodys),
        moderation.product(boss, nobodys),
    ):
        with pytest.raises(ProductNotFound):
            await attempt


async def test_an_admin_finds_a_product_by_its_words_its_sku_its_slug_or_its_store(
    world: World, boss: Actor, mona: Seller, lamp: ProductId
) -> None:
    hind = await world.a_merchant("hind")
    drafted = await world.a_product(hind, title="المصابيح", status="draft", slug="the-best-one")

    async def found(**said: object) -> set[ProductId]:
        wanted = WatchProducts(acting=boss, **said)  # type: ignore[arg-type]
        page = await world.marketplace.moderation.products(wanted, Paging())
        return {each.product.id for each in page.items}

    assert await found() == await found(q="مصباح") == {lamp, drafted}
    assert await found(q="lmp-1") == {lamp}
    assert await found(q="the-best-one") == {drafted}
    assert await found(q="قلم") == set()
    assert await found(q="؟ …") == {lamp, drafted}
    assert await found(merchant_id=hind.merchant_id) == {drafted}
    with pytest.raises(InvalidFields):
        await found(q="x" * 1000)


async def test_a_merchant_who_has_left_is_told_nothing(
    world: World, boss: Actor, mona: Seller, lamp: ProductId
) -> None:
    await world.marketplace.admin.close(boss, mona.merchant_id)
    await world.run_jobs()
    letters = len(world.mailer.sent)

    await take_down(world, boss, lamp)
    await world.run_jobs()

    assert (await world.product(lamp)).takedown is not None
    assert len(world.mailer.sent) == letters
