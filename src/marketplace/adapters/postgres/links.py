"""Links: by what a guest holds, the order it leads to."""

import sqlalchemy as sa

from .statements import given
from .tables import order_links, orders

_hash = given("hash", sa.LargeBinary)

LINKED = (
    sa.select(orders.c.id)
    .where(orders.c.tracking_hash == _hash)
    .union_all(sa.select(order_links.c.order_id).where(order_links.c.hash == _hash))
    .limit(sa.literal_column("1"))
    .scalar_subquery()
)
"""The id of the order to which the link with this ``hash`` leads: two looks into an index."""
