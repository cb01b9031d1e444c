"""Orders in sheets, over HTTP."""

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Stream

from marketplace.application.orders import PaperService
from marketplace.domain.order_sheets import By

from .imports import in_bytes
from .messages import preferred
from .order_filters import OneOfSorts, Payments, Said, SinceDay, Statuses, UntilDay, filters
from .shapes import StrictRequest, words


class OrderSheetController(Controller):
    path = "/orders"

    @get("/export")
    async def export(
        self,
        request: StrictRequest,
        papers: NamedDependency[PaperService],
        by: FromQuery[Annotated[str, words(By)]] = By.ORDER,
        q: Said = "",
        status: Statuses = None,
        payment_status: Payments = None,
        city: Said = "",
        since: SinceDay = "",
        until: UntilDay = "",
        sort: OneOfSorts = "",
    ) -> Stream:
        """
        Take orders as a CSV: a row for each order, or `by=line` for each line.

        It is filtered as the list is. Times are by the clock of the store; the headings are in the
        language that `Accept-Language` asks for.
        """
        wanted = filters(
            q=q,
            status=status,
            payment_status=payment_status,
            city=city,
            since=since,
            until=until,
            sort=sort,
        )
        locale = preferred(request.headers.get("accept-language", ""))
        return Stream(
            in_bytes(papers.sheet(request.user, wanted, by, locale)),
            media_type="text/csv",
            headers={
                "content-disposition": 'attachment; filename="orders.csv"',
                "content-language": locale,
                "vary": "accept-language",
            },
        )
