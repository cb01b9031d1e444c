"""Which images of a merchant are shown anywhere."""

from typing import Any

import sqlalchemy as sa

from .statements import given
from .tables import merchants, products


def shown_images() -> sa.CompoundSelect[Any]:
    """The ids of all that a product of the ``merchant`` shows, or that is the logo."""
    merchant = given("merchant", sa.Uuid)
    return sa.union_all(
        sa.select(sa.func.unnest(products.c.images)).where(products.c.merchant_id == merchant),
        sa.select(merchants.c.logo).where(
            merchants.c.id == merchant, merchants.c.logo.is_not(None)
        ),
    )
