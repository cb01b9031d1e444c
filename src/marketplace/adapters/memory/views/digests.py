"""How a day was."""

from datetime import UTC, date, datetime, timedelta, tzinfo

from marketplace.application import ports
from marketplace.application.ports import Digest, Morning
from marketplace.domain.merchants import Merchant, MerchantId, MerchantNotFound, MerchantStatus
from marketplace.domain.orders import Order, OrderStatus

from .reading import Reading

_FALLEN = (OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.RETURNED)


class MemoryDigestViews(Reading, ports.DigestViews):
    async def mornings(self, at: datetime, hour: int, /) -> tuple[Morning, ...]:
        return tuple(
            Morning(merchant_id=each.id, day=here.date() - timedelta(days=1))
            for each in sorted(self._store.all_of(Merchant), key=lambda each: each.id)
            if each.status is MerchantStatus.ACTIVE
            and (here := at.astimezone(_clock_of(each))).hour == hour
        )

    async def digest(self, merchant_id: MerchantId, day: date, /) -> Digest:
        merchant: Merchant | None = self._store.entities.get((Merchant, merchant_id))
        if merchant is None:
            raise MerchantNotFound
        clock = _clock_of(merchant)
        orders = [each for each in self._store.all_of(Order) if each.merchant_id == merchant_id]
        placed = [each for each in orders if each.placed_at.astimezone(clock).date() == day]
        standing = [each for each in placed if each.status not in _FALLEN]
        low = [
            f"{product.title} ({variant.title})" if variant.title else product.title
            for product in sorted(self._products_of(merchant_id), key=lambda each: each.id)
            if product.track_stock and not product.is_archived and product.low_stock_at is not None
            for variant in product.offered
            if variant.available <= product.low_stock_at
        ]
        return Digest(
            day=day,
            orders=len(placed),
            worth=sum(each.total.minor for each in standing if each.currency == merchant.currency),
            to_confirm=sum(each.status is OrderStatus.PENDING for each in orders),
            low=len(low),
            running_low=tuple(low[:10]),
        )


def _clock_of(merchant: Merchant) -> tzinfo:
    # It loads a good deal about this machine, which nobody else needs.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(merchant.time_zone)
    except ZoneInfoNotFoundError:
        # Not every machine has the database of time zones; PostgreSQL brings its own.
        return UTC
