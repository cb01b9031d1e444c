"""What every unit of work must do, whoever wrote it. Subclass and provide a ``begin`` fixture."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from marketplace.application.ports import BeginUnitOfWork, UnitOfWork
from marketplace.domain.accounts import (
    AccountNotFound,
    EmailAddress,
    EmailTaken,
    LinkExpired,
    OneTimeToken,
    PasswordResetRequested,
    PhoneTaken,
    Purpose,
    SessionId,
    SessionNotFound,
    Username,
    UsernameTaken,
)
from marketplace.domain.blocked_phones import AlreadyBlocked
from marketplace.domain.categories import CategoryId, CategoryNotFound, CategoryTaken
from marketplace.domain.errors import ChangedMeanwhile, NotFound
from marketplace.domain.images import ImageId, ImageNotFound, ImageStatus
from marketplace.domain.imports import ImportId, ImportNotFound, ImportRunning
from marketplace.domain.kyc import (
    Decision,
    DocumentId,
    DocumentNotFound,
    SubmissionId,
    SubmissionNotFound,
)
from marketplace.domain.merchants import MerchantId, MerchantNotFound
from marketplace.domain.money import Money
from marketplace.domain.orders import (
    ConfirmationAttempt,
    Edit,
    Move,
    OrderId,
    OrderNotFound,
    OrderPlaced,
    OrderStatus,
    Outcome,
    Party,
)
from marketplace.domain.phones import PhoneNumber
from marketplace.domain.products import ProductId, ProductNotFound, ProductStatus, StockRanLow
from marketplace.domain.sheets import Column, Entry, Row, RowProblem
from marketplace.domain.slugs import Slug, SlugTaken
from marketplace.domain.variants import (
    Brought,
    Drift,
    SkuTaken,
    StockMovement,
    StockReason,
    Variant,
)

from .samples import NOON, World


class UnitOfWorkContract:
    """The sentences."""

    @pytest.fixture
    def world(self, begin: BeginUnitOfWork) -> World:
        return World(begin)

    async def test_an_account_comes_back_as_it_was(self, world: World) -> None:
        account = world.account()
        async with world.begin() as market:
            await market.accounts.add(account)

        async with world.begin() as market:
            assert await market.accounts.get(account.id) == account
            assert await market.accounts.called([account.email]) == [account]
            assert await market.accounts.called([account.phone]) == [account]

    async def test_a_session_comes_back_as_it_was(self, world: World) -> None:
        account = world.account()
        session = world.session(account.id)
        async with world.begin() as market:
            await market.accounts.add(account)
            await market.sessions.add(session)

        async with world.begin() as market:
            assert await market.sessions.get(session.id) == session

    async def test_the_sessions_unused_for_longest_end_and_nobody_elses(self, world: World) -> None:
        account, other = world.account(), world.account()
        sessions = [world.session(account.id, b"%d" % number) for number in range(5)]
        theirs, over = world.session(other.id), world.session(account.id)
        over.end(NOON)
        for number, session in enumerate(sessions):
            session.last_used_at = NOON + timedelta(minutes=(number * 3) % 5)
        sessions[1].expires_at = NOON + timedelta(minutes=8)
        async with world.begin() as market:
            for each in (account, other):
                await market.accounts.add(each)
            for session in (*sessions, theirs, over):
                await market.sessions.add(session)

        at = NOON + timedelta(minutes=9)
        async with world.begin() as market:
            await market.sessions.end_oldest(account.id, 2, at)

        async with world.begin() as market:
            ended = [(await market.sessions.get(each.id)).ended_at for each in sessions]
            kept = [(await market.sessions.get(each.id)).user_agent for each in sessions]
            assert ended == [at, None, at, None, None]
            assert [bool(each) for each in kept] == [False, True, False, True, True]
            assert (await market.sessions.get(theirs.id)).in_force(at)
            assert (await market.sessions.get(over.id)).ended_at == NOON

    async def test_whoever_is_signed_out_everywhere_is_nowhere_remembered(
        self, world: World
    ) -> None:
        account = world.account()
        first, second = world.session(account.id), world.session(account.id)
        async with world.begin() as market:
            await market.accounts.add(account)
            await market.sessions.add(first)
            await market.sessions.add(second)
            await market.sessions.end_all(account.id, NOON, second.id)

        async with world.begin() as market:
            assert (await market.sessions.get(first.id)).user_agent == ""
            assert (await market.sessions.get(second.id)).user_agent != ""

    async def test_it_is_known_whether_a_store_is_suspended(self, world: World) -> None:
        merchant, other, admin = await world.a_merchant(), await world.a_merchant(), world.account()
        async with world.begin() as market:
            await market.accounts.add(admin)
            held = await market.merchants.hold(merchant.id)
            await market.merchants.save(held, held.suspend("fraud", NOON))

        async with world.begin() as market:
            accounts = (merchant.account_id, other.account_id, admin.id)
            told = [await market.merchants.is_suspended(each) for each in accounts]
            assert told == [True, False, False]

    async def test_a_token_is_looked_at_without_being_used(self, world: World) -> None:
        account, reset = world.account(), Purpose.PASSWORD_RESET
        token = OneTimeToken(
            hash=b"1" * 32,
            purpose=reset,
            account_id=account.id,
            expires_at=NOON,
            job=world.new(),
        )
        before = NOON - timedelta(seconds=1)
        async with world.begin() as market:
            await market.accounts.add(account)
            assert await market.one_time_tokens.of(account.id, reset) is None
            await market.one_time_tokens.add(token)

        async with world.begin() as market:
            for _ in range(2):
                assert await market.one_time_tokens.of(account.id, reset) == token
                assert await market.one_time_tokens.owner(token.hash, reset, before) == account.id
            for hash, purpose, at in (
                (b"2" * 32, reset, before),
                (token.hash, Purpose.EMAIL_VERIFICATION, before),
                (token.hash, reset, NOON),
            ):
                with pytest.raises(LinkExpired):
                    await market.one_time_tokens.owner(hash, purpose, at)
            assert await market.one_time_tokens.of(account.id, Purpose.EMAIL_VERIFICATION) is None

    async def test_what_happened_to_nothing_that_is_kept_is_a_job_too(self, world: World) -> None:
        event = PasswordResetRequested(at=NOON, email=EmailAddress("mona@example.com"))
        with pytest.raises(RuntimeError):
            async with world.begin() as market:
                await market.outbox.add(event)
                raise RuntimeError
        async with world.begin() as market:
            await market.outbox.add(event)

        async with world.begin() as market:
            job, *_ = await market.outbox.claim(NOON, timedelta(minutes=1), 10)
            assert (job.event, job.reaction) == (event, "send_password_reset_email")

    async def test_a_merchant_comes_back_as_it_was(self, world: World) -> None:
        merchant = await world.a_merchant()

        async with world.begin() as market:
            assert await market.merchants.get(merchant.id) == merchant
            [served] = (await market.merchants.hold_stores([merchant.username])).values()
        assert served.store == merchant

    async def test_an_image_comes_back_as_it_was(self, world: World) -> None:
        image = await world.an_image(await world.a_merchant())

        async with world.begin() as market:
            assert await market.images.get(image.id) == image

    async def test_a_product_comes_back_as_it_was(self, world: World) -> None:
        merchant = await world.a_merchant()
        image = await world.an_image(merchant)
        product = await world.a_product(merchant, images=(image.id,))

        async with world.begin() as market:
            assert await market.products.get(product.id) == product
            assert await market.products.hold(product.id) == product
            assert await market.products.hold_all([product.id]) == {product.id: product}

    async def test_an_order_comes_back_as_it_was(self, world: World) -> None:
        order = await world.an_order(await world.a_merchant())

        async with world.begin() as market:
            assert await market.orders.get(order.id) == order
            assert await market.orders.hold(order.id) == order

    async def test_an_order_without_the_optional_things_comes_back_too(self, world: World) -> None:
        order = await world.an_order(await world.a_merchant(), moved=False)

        async with world.begin() as market:
            assert await market.orders.get(order.id) == order

    async def test_many_orders_are_stored_as_one_would_be(self, world: World) -> None:
        here, there = await world.a_merchant(), await world.a_merchant()
        orders = [
            await world.an_order(here, number=1001),
            await world.an_order(there, number=1001, moved=False, city=""),
            await world.an_order(here, number=1002),
        ]
        again = [
            replace(each, id=OrderId(uuid4()), number=each.number + 10, tracking_hash=uuid4().bytes)
            for each in orders
        ]
        placed = [
            OrderPlaced(at=NOON, order_id=each.id, merchant_id=each.merchant_id) for each in again
        ]

        async with world.begin() as market:
            await market.orders.add_all(again, *placed)

        async with world.begin() as market:
            assert [await market.orders.get(each.id) for each in again] == again
            jobs = await market.outbox.claim(NOON, timedelta(minutes=1), 100)
        assert {each.event for each in jobs} == set(placed)

    async def test_an_order_is_held_by_the_link_of_its_guest(self, world: World) -> None:
        order = await world.an_order(await world.a_merchant())

        async with world.begin() as market:
            assert await market.orders.hold_tracked(order.tracking_hash) == order
            with pytest.raises(OrderNotFound):
                await market.orders.hold_tracked(b"a guess")
            assert await market.orders.numbered(order.merchant_id, order.number) == order
            for merchant, number in ((order.merchant_id, 999_999), (MerchantId(uuid4()), 1001)):
                with pytest.raises(OrderNotFound):
                    await market.orders.numbered(merchant, number)

    async def test_every_link_of_an_order_leads_to_it(self, world: World) -> None:
        merchant = await world.a_merchant()
        orders = [await world.an_order(merchant, number=1001 + each) for each in range(2)]
        async with world.begin() as market:
            for order in orders:
                for _ in range(2):
                    await market.orders.link(order.id, order.id.bytes, NOON)

        async with world.begin() as market:
            for order in orders:
                assert (await market.orders.hold_tracked(order.id.bytes)).id == order.id
                assert (await market.orders.hold_tracked(order.tracking_hash)).id == order.id

    async def test_links_that_were_added_can_be_taken_away(self, world: World) -> None:
        merchant = await world.a_merchant()
        orders = [await world.an_order(merchant, number=1001 + each) for each in range(2)]
        async with world.begin() as market:
            for order in orders:
                await market.orders.link(order.id, order.id.bytes, NOON)

        async with world.begin() as market:
            await market.orders.unlink(orders[0].id)

        async with world.begin() as market:
            with pytest.raises(OrderNotFound):
                await market.orders.hold_tracked(orders[0].id.bytes)
            assert (await market.orders.hold_tracked(orders[0].tracking_hash)).id == orders[0].id
            assert (await market.orders.hold_tracked(orders[1].id.bytes)).id == orders[1].id

    async def test_what_nobody_confirmed_in_time_is_found(self, world: World) -> None:
        merchant = await world.a_merchant()
        orders = [
            await world.an_order(merchant, number=number, moved=False) for number in range(1, 4)
        ]
        settled = await world.an_order(merchant, number=4)
        first, second, third = orders
        async with world.begin() as market:
            for each in orders:
                each.confirmation = each.confirmation.after(
                    ConfirmationAttempt(at=NOON, outcome=Outcome.NO_ANSWER, note="مغلق")
                )
            third.confirm_by, first.confirm_by = first.confirm_by, NOON
            second.confirm_by = third.confirm_by = NOON + timedelta(hours=1)
            for each in (first, second, third):
                await market.orders.save(each)

        async with world.begin() as market:
            late = NOON + timedelta(hours=1)
            assert await market.orders.hold_overdue(NOON, 9) == [first]
            assert await market.orders.hold_overdue(late, 9) == orders
            assert len(await market.orders.hold_overdue(late, 2)) == 2
            assert await market.orders.hold_overdue(NOON - timedelta(seconds=1), 9) == []
            assert settled.status is not OrderStatus.PENDING

    async def test_a_notification_comes_back_as_it_was(self, world: World) -> None:
        merchant = await world.a_merchant()
        slip = world.notification(merchant, uuid4())
        async with world.begin() as market:
            await market.notifications.add(slip)

        async with world.begin() as market:
            assert await market.notifications.get(slip.id) == slip

    async def test_an_announcement_comes_back_as_it_was(self, world: World) -> None:
        announcement = await world.an_announcement(await world.a_merchant())

        async with world.begin() as market:
            assert await market.announcements.get(announcement.id) == announcement

    async def test_papers_come_back_as_they_were(self, world: World) -> None:
        merchant = await world.a_merchant()
        first, second = await world.papers(merchant), await world.papers(merchant)
        other = await world.papers(await world.a_merchant())

        async with world.begin() as market:
            assert await market.submissions.get(first.id) == first
            assert await market.submissions.hold(first.id) == first
            assert await market.submissions.of_merchant(merchant.id) == [first, second]
            for document in other.documents:
                assert await market.submissions.with_document(document.id) == other
            with pytest.raises(DocumentNotFound):
                await market.submissions.with_document(DocumentId(uuid4()))
            with pytest.raises(SubmissionNotFound):
                await market.submissions.get(SubmissionId(uuid4()))

    async def test_papers_wait_until_they_are_judged(self, world: World) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        await world.papers(merchant)
        waiting = await world.papers(merchant, judged=False)

        async with world.begin() as market:
            assert await market.submissions.waiting(merchant.id) == waiting
            with pytest.raises(SubmissionNotFound):
                await market.submissions.waiting(other.id)
            waiting.decision = Decision.APPROVED
            await market.submissions.save(waiting)
        async with world.begin() as market:
            assert await market.submissions.get(waiting.id) == waiting
            with pytest.raises(SubmissionNotFound):
                await market.submissions.waiting(merchant.id)

    async def test_papers_are_forgotten_one_merchant_at_a_time(self, world: World) -> None:
        merchant = await world.a_merchant()
        first = await world.papers(merchant)
        other = await world.papers(await world.a_merchant())
        later = NOON + timedelta(days=1)

        for at in (NOON, later):
            async with world.begin() as market:
                await market.submissions.forget(merchant.id, at)

        async with world.begin() as market:
            forgotten = await market.submissions.get(first.id)
            assert await market.submissions.get(other.id) == other
        assert forgotten.forgotten_at == NOON
        assert (forgotten.legal_name, forgotten.registration_number) == ("", "")
        assert forgotten.reason == ""
        assert forgotten.documents == first.documents
        assert forgotten.version == first.version + 1

    async def test_a_merchant_has_products_or_has_none(self, world: World) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        await world.a_product(merchant, status=ProductStatus.ARCHIVED)

        async with world.begin() as market:
            assert await market.products.any_of(merchant.id)
            assert not await market.products.any_of(other.id)
            await market.merchants.unsteady(other.id)
            assert await market.merchants.steady(other.id) == other
            with pytest.raises(MerchantNotFound):
                await market.merchants.steady(MerchantId(uuid4()))

    async def test_an_order_of_other_lines_comes_back_with_those(self, world: World) -> None:
        order = await world.an_order(await world.a_merchant(), moved=False)
        first, second = order.lines
        for lines in ([replace(second, quantity=7)], [second, replace(first, quantity=1)]):
            async with world.begin() as market:
                held = await market.orders.hold(order.id)
                assert held.edit(Edit(lines=lines, discount=Money(250, "KWD")), NOON)
                await market.orders.revise(held)

            async with world.begin() as market:
                again = await market.orders.get(order.id)
            assert again == held
            assert list(again.lines) == lines

    async def test_lines_are_not_rewritten_by_whoever_was_too_late(self, world: World) -> None:
        order = await world.an_order(await world.a_merchant(), moved=False)
        late = deepcopy(order)
        async with world.begin() as market:
            held = await market.orders.hold(order.id)
            await market.orders.save(held)

        late.edit(Edit(lines=order.lines[:1]), NOON)
        with pytest.raises(ChangedMeanwhile):
            async with world.begin() as market:
                await market.orders.revise(late)

        async with world.begin() as market:
            assert (await market.orders.get(order.id)).lines == order.lines

    async def test_a_changed_order_comes_back_changed(self, world: World) -> None:
        order = await world.an_order(await world.a_merchant(), moved=False)
        async with world.begin() as market:
            held = await market.orders.hold(order.id)
            said = Move(to=OrderStatus.CANCELLED, by=Party.MERCHANT, reason="no answer")
            await market.orders.save(held, held.move(said, NOON))

        async with world.begin() as market:
            again = await market.orders.get(order.id)
            assert again == held
            assert [each.status for each in again.timeline] == ["pending", "cancelled"]

    async def test_a_product_that_was_taken_down_comes_back_as_it_was(self, world: World) -> None:
        product = await world.a_product(await world.a_merchant())
        async with world.begin() as market:
            held = await market.products.hold(product.id)
            await market.products.save(held, held.take_down("مقلّد\nبلاغ 7", NOON))
        async with world.begin() as market:
            assert await market.products.get(product.id) == held
            down = await market.products.hold(product.id)
            assert down == held
            down.archive(NOON)
            await market.products.save_all([down], [])

        async with world.begin() as market:
            restored = await market.products.hold(product.id)
            assert restored == down
            await market.products.save(restored, restored.restore(NOON))

        async with world.begin() as market:
            assert await market.products.get(product.id) == restored

    async def test_a_changed_product_comes_back_changed(self, world: World) -> None:
        product = await world.a_product(await world.a_merchant())
        async with world.begin() as market:
            held = await market.products.hold(product.id)
            held.title = "قنديل"
            held.default.sku = "B-2"
            held.default.count(40)
            await market.products.save(held, held.edited(NOON))

        async with world.begin() as market:
            assert await market.products.get(product.id) == held

    async def test_what_is_missing_says_so(self, world: World) -> None:
        async with world.begin() as market:
            with pytest.raises(OrderNotFound):
                await market.orders.get(OrderId(uuid4()))
            with pytest.raises(MerchantNotFound):
                await market.merchants.hold(MerchantId(uuid4()))
            with pytest.raises(ProductNotFound):
                await market.products.hold(ProductId(uuid4()))
            with pytest.raises(SessionNotFound):
                await market.sessions.hold(SessionId(uuid4()))
            assert await market.products.hold_all([ProductId(uuid4())]) == {}

    async def test_a_change_is_kept_only_if_saved(self, world: World) -> None:
        merchant = await world.a_merchant()
        async with world.begin() as market:
            (await market.merchants.get(merchant.id)).name = "another"

        async with world.begin() as market:
            assert (await market.merchants.get(merchant.id)).name == merchant.name

    async def test_what_was_added_is_not_changed_from_outside(self, world: World) -> None:
        account = world.account()
        async with world.begin() as market:
            await market.accounts.add(account)
            account.password_hash = "another"

        async with world.begin() as market:
            assert (await market.accounts.get(account.id)).password_hash == "hash"

    async def test_an_exception_takes_everything_back(self, world: World) -> None:
        merchant, account = await world.a_merchant(), world.account()
        product = await world.a_product(merchant)
        with pytest.raises(RuntimeError):
            async with world.begin() as market:
                held = await market.products.hold(product.id)
                moved = [world.movement(held.default.reserve(1))]
                await market.products.save_stock([held], moved)
                await market.products.save(held, held.edited(NOON))
                assert await market.merchants.next_order_number(merchant.id) == 1001
                await market.accounts.add(account)
                raise RuntimeError

        async with world.begin() as market:
            assert await market.products.get(product.id) == product
            assert await market.merchants.next_order_number(merchant.id) == 1001
            assert await market.outbox.claim(NOON, timedelta(minutes=1), 10) == []
            with pytest.raises(AccountNotFound):
                await market.accounts.get(account.id)

    async def test_the_second_of_two_writers_is_refused(self, world: World) -> None:
        merchant = await world.a_merchant()
        async with world.begin() as market:
            mine = await market.merchants.get(merchant.id)
        async with world.begin() as market:
            theirs = await market.merchants.get(merchant.id)
            theirs.name = "theirs"
            await market.merchants.save(theirs)

        with pytest.raises(ChangedMeanwhile):
            async with world.begin() as market:
                mine.name = "mine"
                await market.merchants.save(mine)

        async with world.begin() as market:
            assert (await market.merchants.get(merchant.id)).name == "theirs"

    async def test_one_writer_may_save_twice(self, world: World) -> None:
        merchant = await world.a_merchant()
        async with world.begin() as market:
            held = await market.merchants.hold(merchant.id)
            held.name = "first"
            await market.merchants.save(held)
            held.name = "second"
            await market.merchants.save(held)

        async with world.begin() as market:
            assert await market.merchants.get(merchant.id) == held

    async def test_saved_stock_leaves_the_rest_of_a_product_alone(self, world: World) -> None:
        merchant = await world.a_merchant()
        products = [await world.a_product(merchant) for _ in range(3)]
        async with world.begin() as market:
            held = await market.products.hold_all([each.id for each in products])
            moved = []
            for product in held.values():
                moved.append(world.movement(product.default.reserve(2)))
                product.title = "not saved"
                product.variants[1].reserved = 0
            await market.products.save_stock(list(held.values()), moved)

        async with world.begin() as market:
            for product in products:
                again = await market.products.get(product.id)
                assert (again.title, again.default.reserved) == (product.title, 3)
                assert again.variants[1].reserved == 1

    async def test_what_was_read_before_a_sale_cannot_be_saved_after_it(self, world: World) -> None:
        product = await world.a_product(await world.a_merchant())
        async with world.begin() as market:
            held = await market.products.hold(product.id)
            await market.products.save_stock([held], [world.movement(held.default.reserve(1))])

        with pytest.raises(ChangedMeanwhile):
            async with world.begin() as market:
                await market.products.save(product)
        with pytest.raises(ChangedMeanwhile):
            async with world.begin() as market:
                moved = [world.movement(product.default.reserve(1))]
                await market.products.save_stock([product], moved)

    async def test_many_are_held_whatever_order_they_are_asked_in(self, world: World) -> None:
        merchant = await world.a_merchant()
        products = [await world.a_product(merchant) for _ in range(3)]
        ids = [each.id for each in products]

        async with world.begin() as market:
            held = await market.products.hold_all([*reversed(ids), ids[0]])

        assert list(held) == sorted(ids)

    async def test_what_moved_is_in_the_ledger_with_what_it_changed(self, world: World) -> None:
        product = await world.a_product(await world.a_merchant())
        async with world.begin() as market:
            held = await market.products.hold(product.id)
            opened = [world.movement(each.stock) for each in held.variants]
            change = held.offered[0].reserve(2)
            moved = world.movement(change, StockReason.ORDER_PLACED)
            low = StockRanLow(
                at=NOON,
                product_id=product.id,
                variant_id=moved.variant_id,
                merchant_id=product.merchant_id,
                movement_id=moved.id,
                available=3,
            )
            await market.products.save_stock([held], [*opened, moved], low)

        async with world.begin() as market:
            drifts = {each.variant_id: each for each in await market.products.drifts(product.id)}
            assert await market.products.get(product.id) == held
            jobs = await market.outbox.claim(NOON, timedelta(minutes=1), 10)
        assert drifts[held.offered[0].id] == Drift(
            product_id=product.id,
            variant_id=held.offered[0].id,
            on_hand=6,
            reserved=3,
            ledger_on_hand=6,
            ledger_reserved=3,
            promised=0,
        )
        assert {each.event for each in jobs} == {low}

    async def test_the_ledger_of_what_was_refused_is_not_written(self, world: World) -> None:
        product = await world.a_product(await world.a_merchant())
        with pytest.raises(ChangedMeanwhile):
            async with world.begin() as market:
                held = await market.products.hold(product.id)
                held.version += 1
                moved = [world.movement(each.stock) for each in held.variants]
                await market.products.save_stock([held], moved)

        async with world.begin() as market:
            drifts = await market.products.drifts(product.id)
        assert [each.ledger_on_hand for each in drifts] == [0, 0]

    async def test_a_category_comes_back_as_it_was_and_as_it_became(self, world: World) -> None:
        merchant = await world.a_merchant()
        first, second = world.category(merchant), world.category(merchant)
        second.position = first.position - 1
        async with world.begin() as market:
            await market.categories.add(first)
            await market.categories.add(second)
            first.name, first.slug = "مصابيح", Slug("مصابيح")
            await market.categories.save(first)

        async with world.begin() as market:
            assert await market.categories.get(first.id) == first
            assert await market.categories.of(merchant.id, first.id) == first
            assert await market.categories.hold_all(merchant.id) == [second, first]

    async def test_a_category_of_another_merchant_is_not_there(self, world: World) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        category = world.category(other)
        async with world.begin() as market:
            await market.categories.add(category)

        async with world.begin() as market:
            assert await market.categories.hold_all(merchant.id) == []
            with pytest.raises(CategoryNotFound):
                await market.categories.of(merchant.id, category.id)

    async def test_what_was_in_a_category_that_goes_is_in_none(self, world: World) -> None:
        merchant = await world.a_merchant()
        product, other = await world.a_product(merchant), await world.a_product(merchant)
        async with world.begin() as market:
            category = await market.categories.of(
                merchant.id, product.category or CategoryId(uuid4())
            )
            await market.categories.remove(category)

        async with world.begin() as market:
            after = await market.products.get(product.id)
            assert (after.category, after.version) == (None, product.version + 1)
            assert await market.products.get(other.id) == other
            with pytest.raises(CategoryNotFound):
                await market.categories.get(category.id)

    async def test_a_category_goes_once(self, world: World) -> None:
        merchant = await world.a_merchant()
        category = world.category(merchant)
        async with world.begin() as market:
            await market.categories.add(category)
        async with world.begin() as market:
            await market.categories.remove(category)

        with pytest.raises(CategoryNotFound):
            async with world.begin() as market:
                await market.categories.remove(category)

    async def test_two_categories_of_a_store_do_not_share_a_name(self, world: World) -> None:
        merchant = await world.a_merchant()
        category = world.category(merchant)
        twin, namesake = world.category(merchant), world.category(merchant)
        twin.name, namesake.slug = category.name.upper(), category.slug
        async with world.begin() as market:
            await market.categories.add(category)

        for other, refused in ((twin, CategoryTaken), (namesake, SlugTaken)):
            with pytest.raises(refused):
                async with world.begin() as market:
                    await market.categories.add(other)

    async def test_two_products_of_a_store_do_not_share_a_slug_or_a_sku(self, world: World) -> None:
        merchant = await world.a_merchant()
        product, other = await world.a_product(merchant), await world.a_product(merchant)

        with pytest.raises(SlugTaken):
            async with world.begin() as market:
                held = await market.products.hold(other.id)
                held.slug = product.slug
                await market.products.save(held)
        with pytest.raises(SkuTaken) as taken:
            async with world.begin() as market:
                held = await market.products.hold(other.id)
                held.default.sku = product.default.sku.upper()
                await market.products.save(held)
        assert taken.value.facts == {"sku": product.default.sku.lower()}

    async def test_what_is_archived_or_retired_leaves_its_names(self, world: World) -> None:
        merchant = await world.a_merchant()
        archived, product = await world.a_product(merchant), await world.a_product(merchant)
        async with world.begin() as market:
            held = await market.products.hold(archived.id)
            held.archive(NOON)
            await market.products.save(held)
            heir = await market.products.hold(product.id)
            heir.slug, heir.default.sku = archived.slug, archived.default.sku
            heir.variants[1].retired = True
            await market.products.save(heir)

        async with world.begin() as market:
            heir.default.sku = heir.variants[1].sku
            await market.products.save(heir)
            assert await market.products.free_slugs(merchant.id, [product.slug]) == [product.slug]

    async def test_variants_exchange_their_skus_once_they_have_let_go_of_them(
        self, world: World
    ) -> None:
        product = await world.a_product(await world.a_merchant())

        async with world.begin() as market:
            held = await market.products.hold(product.id)
            one, other = held.variants
            one.sku, other.sku = other.sku, one.sku
            await market.products.let_go_of_skus([one.id, other.id])
            await market.products.save(held)

        async with world.begin() as market:
            assert await market.products.get(product.id) == held

    async def test_a_slug_that_is_taken_is_numbered(self, world: World) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        slug = (await world.a_product(merchant)).slug
        lamp = Slug("lamp")

        async with world.begin() as market:
            found = await market.products.free_slugs(merchant.id, [slug, lamp, lamp, slug])
            assert await market.products.free_slugs(other.id, [slug]) == [slug]

        assert found == [f"{slug}-2", "lamp", "lamp-2", f"{slug}-3"]

    async def test_two_accounts_do_not_share_a_name(self, world: World) -> None:
        first = world.account()
        async with world.begin() as market:
            await market.accounts.add(first)

        for name, taken in (
            ("email", EmailTaken),
            ("username", UsernameTaken),
            ("phone", PhoneTaken),
        ):
            second = world.account()
            setattr(second, name, getattr(first, name))
            with pytest.raises(taken):
                async with world.begin() as market:
                    await market.accounts.add(second)

    async def test_the_names_of_a_closed_account_are_free_again(self, world: World) -> None:
        first, second, third = world.account(), world.account(), world.account()
        names = first.email, first.username, first.phone
        async with world.begin() as market:
            await market.accounts.add(first)
            await market.accounts.add(second)
            for account in (first, second):
                await market.accounts.save(account, account.close(NOON))

        third.email, third.username, third.phone = names
        async with world.begin() as market:
            await market.accounts.add(third)
            assert await market.accounts.called([first.phone]) == []

    async def test_two_stores_do_not_share_an_address(self, world: World) -> None:
        first, second = await world.a_merchant(), await world.a_merchant()

        with pytest.raises(UsernameTaken):
            async with world.begin() as market:
                held = await market.merchants.hold(second.id)
                held.username = first.username
                await market.merchants.save(held)

    async def test_a_former_name_is_for_its_store_alone(self, world: World) -> None:
        first, second = await world.a_merchant(), await world.a_merchant()
        async with world.begin() as market:
            await market.merchants.leave(Username("old"), first.id, NOON)

        for claimant in (second.id, None):
            with pytest.raises(UsernameTaken):
                async with world.begin() as market:
                    await market.merchants.claim(Username("old"), claimant)
        async with world.begin() as market:
            await market.merchants.claim(Username("another"), second.id)
            await market.merchants.claim(Username("old"), first.id)
        async with world.begin() as market:
            await market.merchants.claim(Username("old"), second.id)

    async def test_former_names_are_forgotten_one_store_at_a_time(self, world: World) -> None:
        first, second = await world.a_merchant(), await world.a_merchant()
        async with world.begin() as market:
            await market.merchants.leave(Username("old"), first.id, NOON)
            await market.merchants.leave(Username("older"), first.id, NOON)
            await market.merchants.leave(Username("theirs"), second.id, NOON)
            await market.merchants.forget_former(first.id)

        async with world.begin() as market:
            await market.merchants.claim(Username("old"))
            await market.merchants.claim(Username("older"))
            with pytest.raises(UsernameTaken):
                await market.merchants.claim(Username("theirs"))

    async def test_the_names_left_last_are_kept(self, world: World) -> None:
        first, second = await world.a_merchant(), await world.a_merchant()
        days = {"a": 2, "b": 5, "c": 1, "d": 4}
        async with world.begin() as market:
            for name, day in days.items():
                at = NOON + timedelta(days=day)
                await market.merchants.leave(Username(f"old-{name}"), first.id, at)
            await market.merchants.leave(Username("theirs"), second.id, NOON)

        async with world.begin() as market:
            assert {each - NOON for each in await market.merchants.moves(first.id)} == {
                timedelta(days=day) for day in days.values()
            }
            await market.merchants.forget_former(first.id, 2)

        async with world.begin() as market:
            assert len(await market.merchants.moves(first.id)) == 2
            assert await market.merchants.moves(second.id) == [NOON]
            for name in ("old-a", "old-c"):
                await market.merchants.claim(Username(name))
            for name in ("old-b", "old-d", "theirs"):
                with pytest.raises(UsernameTaken):
                    await market.merchants.claim(Username(name))

    async def test_an_exception_takes_back_what_became_of_names(self, world: World) -> None:
        merchant = await world.a_merchant()
        async with world.begin() as market:
            await market.merchants.leave(Username("old"), merchant.id, NOON)
            await market.merchants.leave(Username("older"), merchant.id, NOON)
        with pytest.raises(RuntimeError):
            async with world.begin() as market:
                await market.merchants.claim(Username("old"), merchant.id)
                await market.merchants.leave(Username("new"), merchant.id, NOON)
                await market.merchants.forget_former(merchant.id)
                raise RuntimeError

        async with world.begin() as market:
            await market.merchants.claim(Username("new"))
        for name in ("old", "older"):
            with pytest.raises(UsernameTaken):
                async with world.begin() as market:
                    await market.merchants.claim(Username(name))

    async def test_a_suspended_store_is_not_found(self, world: World) -> None:
        merchant = await world.a_merchant()
        async with world.begin() as market:
            held = await market.merchants.hold(merchant.id)
            await market.merchants.save(held, held.suspend("fraud", NOON))

        async with world.begin() as market:
            assert await market.merchants.hold_stores([merchant.username]) == {}

    async def test_order_numbers_count_up_from_1001_for_each_store(self, world: World) -> None:
        first, second = await world.a_merchant(), await world.a_merchant()

        async with world.begin() as market:
            numbers = [await market.merchants.next_order_number(first.id) for _ in range(3)]
            other = await market.merchants.next_order_number(second.id)

        assert numbers == [1001, 1002, 1003]
        assert other == 1001

    async def test_a_store_that_serves_tells_its_number_and_whether_it_blocks_anybody(
        self, world: World
    ) -> None:
        merchant = await world.a_merchant()
        blocked = world.blocked_phone(merchant)

        async with world.begin() as market:
            before = await market.merchants.hold_stores([merchant.username])
            await market.blocked_phones.add(blocked)
            after = await market.merchants.hold_stores([merchant.username])

        [first], [second] = before.values(), after.values()
        assert first.store == second.store == merchant
        assert [first.blocks_phones, second.blocks_phones] == [False, True]

    async def test_many_stores_are_held_in_one_go_and_those_that_are_none_are_left_out(
        self, world: World
    ) -> None:
        one, other, shut = [await world.a_merchant() for _ in range(3)]
        async with world.begin() as market:
            held = await market.merchants.hold(shut.id)
            await market.merchants.save(held, held.suspend("fraud", NOON))
        names = {one.username, other.username, shut.username, Username("nobody-at-all")}

        async with world.begin() as market:
            waiting = await market.merchants.hold_stores(names)
            free = await market.merchants.hold_stores(names, waiting=False)

        assert waiting == free
        assert {name: each.store for name, each in waiting.items()} == {
            one.username: one,
            other.username: other,
        }

    async def test_numbers_that_were_given_away_are_given_to_nobody_else(
        self, world: World
    ) -> None:
        one, other = [await world.a_merchant() for _ in range(2)]

        async def numbers(market: UnitOfWork) -> list[int]:
            held = await market.merchants.hold_stores([one.username, other.username])
            return [held[each.username].number for each in (one, other)]

        async with world.begin() as market:
            assert await numbers(market) == [1001, 1001]
            await market.merchants.count_orders({one.id: 3})
            assert await numbers(market) == [1004, 1001]
        with pytest.raises(RuntimeError):
            async with world.begin() as market:
                await market.merchants.count_orders({one.id: 1, other.id: 5})
                raise RuntimeError
        async with world.begin() as market:
            await market.merchants.count_orders({one.id: 1, other.id: 1})

        async with world.begin() as market:
            assert await numbers(market) == [1005, 1002]
            assert await market.merchants.next_order_number(one.id) == 1005

    async def test_a_phone_is_blocked_at_one_store_until_it_is_lifted(self, world: World) -> None:
        store, other = await world.a_merchant(), await world.a_merchant()
        phone, nobodys = PhoneNumber("+96550000001"), PhoneNumber("+96550000002")
        blocked = world.blocked_phone(store, phone)
        async with world.begin() as market:
            await market.blocked_phones.add(blocked)

        async with world.begin() as market:
            assert await market.blocked_phones.is_blocked(store.id, phone)
            assert not await market.blocked_phones.is_blocked(store.id, nobodys)
            assert not await market.blocked_phones.is_blocked(other.id, phone)
        async with world.begin() as market:
            held = await market.blocked_phones.hold(blocked.id)
            held.lift(NOON)
            await market.blocked_phones.save(held)
            assert not await market.blocked_phones.is_blocked(store.id, phone)
            [served] = (await market.merchants.hold_stores([store.username])).values()
            assert not served.blocks_phones

    async def test_a_blocked_phone_comes_back_as_it_was(self, world: World) -> None:
        blocked = world.blocked_phone(await world.a_merchant())
        blocked.lift(NOON)

        async with world.begin() as market:
            await market.blocked_phones.add(blocked)

        async with world.begin() as market:
            assert await market.blocked_phones.get(blocked.id) == blocked

    async def test_a_phone_is_blocked_once_at_a_time(self, world: World) -> None:
        store, other = await world.a_merchant(), await world.a_merchant()
        first = world.blocked_phone(store)
        async with world.begin() as market:
            await market.blocked_phones.add(first)
            await market.blocked_phones.add(world.blocked_phone(other))

        with pytest.raises(AlreadyBlocked):
            async with world.begin() as market:
                await market.blocked_phones.add(world.blocked_phone(store))
        async with world.begin() as market:
            held = await market.blocked_phones.hold(first.id)
            held.lift(NOON)
            await market.blocked_phones.save(held)
            await market.blocked_phones.add(world.blocked_phone(store))

    async def test_saving_a_merchant_leaves_its_order_numbers_alone(self, world: World) -> None:
        merchant = await world.a_merchant()
        async with world.begin() as market:
            held = await market.merchants.hold(merchant.id)
            await market.merchants.next_order_number(merchant.id)
            await market.merchants.save(held)

        async with world.begin() as market:
            assert await market.merchants.next_order_number(merchant.id) == 1002

    async def test_every_session_of_an_account_ends_at_once(self, world: World) -> None:
        account, other = world.account(), world.account()
        sessions = [world.session(account.id), world.session(account.id, b"4" * 32)]
        foreign = world.session(other.id, b"5" * 32)
        async with world.begin() as market:
            await market.accounts.add(account)
            await market.accounts.add(other)
            for session in (*sessions, foreign):
                await market.sessions.add(session)
            await market.sessions.end_all(account.id, NOON)

        async with world.begin() as market:
            for session in sessions:
                assert (await market.sessions.get(session.id)).ended_at == NOON
            assert (await market.sessions.get(foreign.id)).ended_at is None

    async def test_every_session_but_one_ends(self, world: World) -> None:
        account = world.account()
        here, there = (world.session(account.id, bytes([each]) * 32) for each in (1, 2))
        async with world.begin() as market:
            await market.accounts.add(account)
            await market.sessions.add(here)
            await market.sessions.add(there)
            await market.sessions.end_all(account.id, NOON, here.id)

        async with world.begin() as market:
            assert (await market.sessions.get(here.id)).ended_at is None
            assert (await market.sessions.get(there.id)).ended_at == NOON

    async def test_a_one_time_token_that_was_voided_is_good_for_nothing(self, world: World) -> None:
        token = await self._token(world)
        async with world.begin() as market:
            await market.one_time_tokens.void(token.account_id, Purpose.EMAIL_VERIFICATION)
        with pytest.raises(RuntimeError):
            async with world.begin() as market:
                await market.one_time_tokens.redeem(token.hash, token.purpose, NOON)
                raise RuntimeError
        async with world.begin() as market:
            await market.one_time_tokens.void(token.account_id, token.purpose)

        with pytest.raises(LinkExpired):
            async with world.begin() as market:
                await market.one_time_tokens.redeem(token.hash, token.purpose, NOON)

    async def test_a_one_time_token_is_good_once(self, world: World) -> None:
        token = await self._token(world)
        async with world.begin() as market:
            got = await market.one_time_tokens.redeem(token.hash, token.purpose, NOON)

        assert got == token.account_id
        with pytest.raises(LinkExpired):
            async with world.begin() as market:
                await market.one_time_tokens.redeem(token.hash, token.purpose, NOON)

    async def test_a_one_time_token_is_good_for_its_purpose_and_its_time(
        self, world: World
    ) -> None:
        token = await self._token(world)

        async with world.begin() as market:
            with pytest.raises(LinkExpired):
                await market.one_time_tokens.redeem(token.hash, Purpose.EMAIL_VERIFICATION, NOON)
        async with world.begin() as market:
            with pytest.raises(LinkExpired):
                await market.one_time_tokens.redeem(token.hash, token.purpose, token.expires_at)

    async def test_a_failed_redemption_leaves_the_token_good(self, world: World) -> None:
        token = await self._token(world)
        with pytest.raises(RuntimeError):
            async with world.begin() as market:
                await market.one_time_tokens.redeem(token.hash, token.purpose, NOON)
                raise RuntimeError

        async with world.begin() as market:
            got = await market.one_time_tokens.redeem(token.hash, token.purpose, NOON)
            assert got == token.account_id

    async def test_a_newer_token_voids_the_older_one(self, world: World) -> None:
        old = await self._token(world)
        async with world.begin() as market:
            await market.one_time_tokens.add(
                OneTimeToken(
                    hash=b"7" * 32,
                    purpose=old.purpose,
                    account_id=old.account_id,
                    expires_at=NOON + timedelta(hours=1),
                )
            )

        with pytest.raises(LinkExpired):
            async with world.begin() as market:
                await market.one_time_tokens.redeem(old.hash, old.purpose, NOON)

    async def test_images_come_in_the_order_they_are_asked_for(self, world: World) -> None:
        merchant = await world.a_merchant()
        first, second = await world.an_image(merchant), await world.an_image(merchant)

        async with world.begin() as market:
            assert await market.images.of(merchant.id, [second.id, first.id]) == [second, first]
            assert await market.images.of(merchant.id, []) == []

    async def test_another_merchants_image_is_not_there(self, world: World) -> None:
        owner, thief = await world.a_merchant(), await world.a_merchant()
        image = await world.an_image(owner)

        async with world.begin() as market:
            with pytest.raises(ImageNotFound):
                await market.images.of(thief.id, [image.id])
            with pytest.raises(NotFound):
                await market.images.of(owner.id, [image.id, ImageId(uuid4())])

    async def test_only_orders_somebody_waits_for_are_open(self, world: World) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        waiting = await world.an_order(merchant, number=1001, moved=False)
        await world.an_order(merchant, number=1002)
        await world.an_order(other, number=1001, moved=False)

        async with world.begin() as market:
            assert await market.orders.open_of(merchant.id) == [waiting.id]

    async def test_a_fact_is_told_to_an_inbox_once(self, world: World) -> None:
        merchant = await world.a_merchant()
        order_id = uuid4()
        first, second = (world.notification(merchant, order_id) for _ in range(2))
        for slip in (first, second):
            async with world.begin() as market:
                await market.notifications.add(slip)

        async with world.begin() as market:
            assert await market.notifications.get(first.id) == first
            with pytest.raises(NotFound):
                await market.notifications.get(second.id)

    async def _token(self, world: World) -> OneTimeToken:
        account = world.account()
        token = OneTimeToken(
            hash=b"6" * 32,
            purpose=Purpose.PASSWORD_RESET,
            account_id=account.id,
            expires_at=NOON + timedelta(minutes=10),
        )
        async with world.begin() as market:
            await market.accounts.add(account)
            await market.one_time_tokens.add(token)
        return token

    async def test_a_removed_image_is_gone_from_every_product(self, world: World) -> None:
        merchant = await world.a_merchant()
        image, other = await world.an_image(merchant), await world.an_image(merchant)
        both = await world.a_product(merchant, images=(other.id, image.id))
        alone = await world.a_product(merchant, images=(image.id,))
        without = await world.a_product(merchant, images=(other.id,))

        async with world.begin() as market:
            condemned = await market.images.condemn(merchant.id, image.id)
            assert condemned == image
            assert await market.images.is_shown(condemned)
            await market.images.take_down(condemned, NOON + timedelta(hours=1))
            assert not await market.images.is_shown(condemned)
            await market.images.remove(condemned)

        async with world.begin() as market:
            with pytest.raises(ImageNotFound):
                await market.images.get(image.id)
            products = await market.products.hold_all([both.id, alone.id, without.id])
            assert await market.images.count(merchant.id) == 1
        assert products[both.id].images == (other.id,)
        assert products[both.id].version == both.version + 1
        assert products[both.id].updated_at == NOON + timedelta(hours=1)
        assert products[alone.id].images == ()
        assert products[without.id] == without

    async def test_another_merchants_image_cannot_be_condemned(self, world: World) -> None:
        owner, thief = await world.a_merchant(), await world.a_merchant()
        image = await world.an_image(owner)

        async with world.begin() as market:
            for merchant, key in ((thief, image.id), (owner, ImageId(uuid4()))):
                with pytest.raises(ImageNotFound):
                    await market.images.condemn(merchant.id, key)

    async def test_an_image_is_not_removed_if_the_block_fails(self, world: World) -> None:
        merchant = await world.a_merchant()
        image = await world.an_image(merchant)

        with pytest.raises(ZeroDivisionError):
            async with world.begin() as market:
                await market.images.remove(await market.images.condemn(merchant.id, image.id))
                raise ZeroDivisionError

        async with world.begin() as market:
            assert await market.images.get(image.id) == image

    async def test_an_image_is_added_once(self, world: World) -> None:
        merchant = await world.a_merchant()
        image = await world.an_image(merchant)

        with pytest.raises(ChangedMeanwhile):
            async with world.begin() as market:
                await market.images.add(image)

    async def test_images_are_found_and_counted_whosever_they_are(self, world: World) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        images = [await world.an_image(merchant), await world.an_image(merchant)]
        images.append(await world.an_image(other))

        async with world.begin() as market:
            known = await market.images.known([images[2].id, ImageId(uuid4()), images[0].id])
            assert sorted(each.id for each in known) == [images[0].id, images[2].id]
            assert await market.images.known([]) == []
            assert await market.images.count(merchant.id) == 2
            assert await market.images.after(None, 2) == images[:2]
            assert await market.images.after(images[1].id, 2) == images[2:]
            assert await market.images.after(images[2].id, 2) == []

    async def test_what_nothing_shows_is_unused_from_when_that_was_noticed(
        self, world: World
    ) -> None:
        merchant, other = await world.a_merchant(), await world.a_merchant()
        shown, logo, taken_off, spare = [await world.an_image(merchant) for _ in range(4)]
        theirs = await world.an_image(other)
        product = await world.a_product(merchant, images=(shown.id, taken_off.id))
        async with world.begin() as market:
            kept = await market.merchants.hold(merchant.id)
            kept.logo = logo.id
            await market.merchants.save(kept)
        async with world.begin() as market:
            await market.images.note_unused(merchant.id, NOON)
        async with world.begin() as market:
            kept_product = await market.products.hold(product.id)
            kept_product.images = (shown.id,)
            await market.products.save(kept_product)
        later = NOON + timedelta(days=1)

        async with world.begin() as market:
            await market.images.note_unused(merchant.id, later)

        async with world.begin() as market:
            assert [each.id for each in await market.images.unused(merchant.id, NOON)] == [spare.id]
            assert await market.images.unused(merchant.id, NOON - timedelta(microseconds=1)) == []
            unused = await market.images.unused(merchant.id, later)
            assert [(each.id, each.unused_since) for each in unused] == [
                (taken_off.id, later),
                (spare.id, NOON),
            ]
            assert await market.images.unused(other.id, later) == []
            assert (await market.images.get(theirs.id)).unused_since is None
            assert [each.version for each in unused] == [0, 0]

    async def test_what_is_shown_again_is_not_unused_any_more(self, world: World) -> None:
        merchant = await world.a_merchant()
        shown, taken_up = await world.an_image(merchant), await world.an_image(merchant)
        async with world.begin() as market:
            await market.images.note_unused(merchant.id, NOON)
        await world.a_product(merchant, images=(shown.id,))

        async with world.begin() as market:
            await market.images.note_unused(merchant.id, NOON)
            [found] = await market.images.of(merchant.id, [taken_up.id])

        assert found.unused_since is None
        async with world.begin() as market:
            assert (await market.images.get(shown.id)).unused_since is None
            assert (await market.images.get(taken_up.id)).unused_since is None
            assert await market.images.unused(merchant.id, NOON) == []

    async def test_everybody_who_has_images_is_found_one_after_the_other(
        self, world: World
    ) -> None:
        first, without, second = [await world.a_merchant() for _ in range(3)]
        images = [await world.an_image(each) for each in (second, first, first)]

        async with world.begin() as market:
            assert await market.images.owner_after(None) == first.id
            assert await market.images.owner_after(first.id) == second.id
            assert await market.images.owner_after(second.id) is None
            assert await market.images.all_of(first.id) == images[1:]
            assert await market.images.all_of(without.id) == []

    async def test_images_that_failed_or_were_forgotten_are_found(self, world: World) -> None:
        merchant = await world.a_merchant()
        _, failed, pending = [await world.an_image(merchant) for _ in range(3)]
        async with world.begin() as market:
            failed.status, pending.status = ImageStatus.FAILED, ImageStatus.PENDING
            await market.images.save(failed)
            await market.images.save(pending)

        async with world.begin() as market:
            assert await market.images.unfinished(NOON) == [failed.id]
            later = NOON + timedelta(seconds=1)
            assert await market.images.unfinished(later) == [failed.id, pending.id]

    async def test_many_products_are_added_as_one_would_be(self, world: World) -> None:
        merchant = await world.a_merchant()
        known = await world.a_product(merchant)
        products = [world.product(merchant) for _ in range(3)]
        ledger = [world.movement(each.stock) for one in products for each in one.variants]
        async with world.begin() as market:
            await market.products.add_all(products, ledger)

        async with world.begin() as market:
            found = await market.products.hold_all([each.id for each in products])
            assert [found[each.id] for each in products] == products
            assert await market.products.get(known.id) == known

    async def test_many_products_are_saved_or_none_is(self, world: World) -> None:
        merchant = await world.a_merchant()
        one, other = [await world.a_product(merchant) for _ in range(2)]
        async with world.begin() as market:
            held = await market.products.hold_all([one.id, other.id])
            one, other = held[one.id], held[other.id]
            one.title, other.title = "قنديل", "سراج"
            one.default.sku = "B-1"
            moved = [one.default.restock(2)]
            other.arrange(other.options, [*other.variants[1:]])
            edited = [one.edited(NOON), other.edited(NOON)]
            movements = [world.movement(each) for each in moved]
            await market.products.save_all([one, other], movements, *edited)

        async with world.begin() as market:
            found = await market.products.hold_all([one.id, other.id])
            assert (found[one.id], found[other.id]) == (one, other)
        one.title, other.title, other.version = "x", "y", other.version - 1
        with pytest.raises(ChangedMeanwhile):
            async with world.begin() as market:
                await market.products.save_all([one, other], [])
        async with world.begin() as market:
            assert (await market.products.get(one.id)).title == "قنديل"

    async def test_many_products_do_not_share_a_name_either(self, world: World) -> None:
        merchant = await world.a_merchant()
        one, other = world.product(merchant), world.product(merchant)
        other.variants[0].sku = one.variants[0].sku.upper()
        with pytest.raises(SkuTaken) as taken:
            async with world.begin() as market:
                await market.products.add_all([one, other], [])
        assert taken.value.facts == {"sku": one.variants[0].sku.lower()}
        other.variants[0].sku, other.slug = "", one.slug
        with pytest.raises(SlugTaken):
            async with world.begin() as market:
                await market.products.add_all([one, other], [])

        async with world.begin() as market:
            assert await market.products.hold_all([one.id, other.id]) == {}

    async def test_no_products_are_stored_without_a_question(self, world: World) -> None:
        async with world.begin() as market:
            await market.products.add_all([], [])
            await market.products.save_all([], [])

    async def test_products_are_known_by_what_they_are_called_in_their_own_store(
        self, world: World
    ) -> None:
        merchant, rival = await world.a_merchant(), await world.a_merchant()
        mine, hers = await world.a_product(merchant), await world.a_product(rival)
        gone = await world.a_product(merchant, status=ProductStatus.ARCHIVED)
        every = [mine, hers, gone]
        skus = [each.default.sku.upper() for each in every]

        async with world.begin() as market:
            named = await market.products.named(
                merchant.id,
                [*(each.id for each in every), ProductId(uuid4())],
                [*skus, "nobody"],
                [*(each.slug for each in every), "nobody"],
            )

        assert named.ids == {mine.id, gone.id}
        assert named.skus == {skus[0]: mine.id}
        assert named.slugs == {mine.slug: mine.id}

    async def test_what_an_export_brought_is_told_by_variant(self, world: World) -> None:
        merchant = await world.a_merchant()
        old, new = world.product(merchant), world.product(merchant)
        export, other = sorted((uuid4(), uuid4()))

        def came(variant: Variant, units: int, reference: UUID) -> StockMovement:
            line = world.movement(variant.restock(units), StockReason.IMPORTED)
            return replace(line, reference=reference)

        async with world.begin() as market:
            opening = [world.movement(each.stock) for each in old.variants]
            await market.products.add_all([old, new], opening)
        async with world.begin() as market:
            held = await market.products.hold_all([old.id, new.id])
            old, new = held[old.id], held[new.id]
            [first, second], fresh = old.variants[:2], new.variants[0]
            lines = [came(first, 3, export), came(first, 2, other), came(first, 4, export)]
            # The same reference, for another reason: that was no sheet.
            lines += [replace(came(second, 5, export), reason=StockReason.COUNTED)]
            lines += [came(fresh, 6, export), came(fresh, 1, other)]
            await market.products.save_all([old, new], lines)

        async with world.begin() as market:
            variants = [first.id, second.id, fresh.id, new.variants[1].id]
            found = await market.products.brought(variants, [export, other])
            assert await market.products.brought([], [export]) == {export: {}}
        assert [found[export][each] for each in variants] == [
            Brought(units=7),
            Brought(units=0),
            Brought(units=6, was_there=False),
            Brought(units=0, was_there=False),
        ]
        assert [found[other][each] for each in variants] == [
            Brought(units=2),
            Brought(units=0),
            Brought(units=1),
            Brought(units=0, was_there=False),
        ]

    async def test_an_import_comes_back_as_it_was(self, world: World) -> None:
        merchant = await world.a_merchant()
        sheet = world.an_import(merchant)
        async with world.begin() as market:
            await market.imports.add(sheet)

        async with world.begin() as market:
            assert await market.imports.get(sheet.id) == sheet
            assert await market.imports.unfinished(merchant.id) == sheet
            assert await market.imports.unfinished(MerchantId(uuid4())) is None
            with pytest.raises(ImportNotFound):
                await market.imports.hold(ImportId(uuid4()))

    async def test_a_store_has_one_import_at_a_time(self, world: World) -> None:
        merchant = await world.a_merchant()
        first, second = world.an_import(merchant), world.an_import(merchant)
        async with world.begin() as market:
            await market.imports.add(first)

        with pytest.raises(ImportRunning):
            async with world.begin() as market:
                await market.imports.add(second)
        async with world.begin() as market:
            first.give_up(NOON)
            await market.imports.save(first)
            await market.imports.add(second)
            assert await market.imports.unfinished(merchant.id) == second

    async def test_what_a_sheet_says_is_kept_until_it_is_cleared_away(self, world: World) -> None:
        sheet, other = [world.an_import(await world.a_merchant()) for _ in range(2)]
        said = [
            (Entry(rows=(Row(number=2, cells={Column.TITLE: "N\0l", Column.SKU: "س"}),)),),
            (
                Entry(
                    rows=(Row(number=3, cells={}), Row(number=4, cells={Column.ID: "x"})),
                    problems=(RowProblem(row=3, code="too-many-cells", facts={"at_most": 2}),),
                ),
                Entry(rows=(Row(number=5, cells={}),)),
            ),
            (),
        ]
        async with world.begin() as market:
            await market.imports.add(sheet)
            await market.imports.add(other)
            await market.imports.lay_up(sheet.id, said)
            await market.imports.lay_up(other.id, said)
            assert tuple(await market.imports.batch(sheet.id, 1)) == said[1]

        async with world.begin() as market:
            assert [tuple(await market.imports.batch(sheet.id, n)) for n in range(4)] == [
                *said,
                (),
            ]
            await market.imports.clear(sheet.id, 1)
        async with world.begin() as market:
            kept = [len(await market.imports.batch(sheet.id, number)) for number in range(2)]
            assert kept == [0, 2]
            await market.imports.clear(sheet.id)
        async with world.begin() as market:
            assert not await market.imports.batch(sheet.id, 1)
            assert await market.imports.batch(other.id, 1)
