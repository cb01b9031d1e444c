"""Products in sheets, over HTTP: a file goes in or comes out."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar, Self
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody
from litestar.response import Stream

from marketplace.application.imports import HandInSheet, ImportService
from marketplace.domain.accounts import Actor
from marketplace.domain.imports import (
    Import,
    ImportId,
    ImportNotFound,
    ImportRunning,
    ImportStatus,
)
from marketplace.domain.sheets import RowProblem
from marketplace.domain.sheets.reading import (
    MOST_BYTES,
    BrokenSheet,
    ColumnsMissing,
    EmptySheet,
    SameColumns,
    TooManyColumns,
    TooManyRows,
    UnknownEncoding,
    UnreadableSheet,
)
from marketplace.domain.variants import SkuTaken

from .images import AROUND_A_FILE
from .messages import SKU_TWICE, preferred
from .problems import told
from .shapes import (
    Cursor,
    Include,
    Input,
    Limit,
    Listed,
    Moment,
    Output,
    StrictRequest,
    paging,
    read_json,
)


class SheetIn(Input, frozen=True, kw_only=True):
    """``mapping`` is a JSON object: what a heading means where it does not say so itself."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "file": "(the file)",
        "mapping": '{"Artikel": "title", "Notiz": ""}',
    }

    file: UploadFile
    mapping: str = ""

    async def wanted(self, acting: Actor, *, is_dry_run: bool) -> HandInSheet:
        return HandInSheet(
            acting=acting,
            content=await self.file.read(),
            mapping=read_json(self.mapping.encode(), dict[str, str]) if self.mapping else {},
            is_dry_run=is_dry_run,
        )


class RowError(Output, frozen=True, kw_only=True):
    """What is wrong with a row, or with one of its columns; the headings are in row 1."""

    row: int
    column: str | None
    code: str
    message: str
    facts: dict[str, Any]

    @classmethod
    def of(cls, problem: RowProblem, language: str) -> Self:
        if problem.code == SkuTaken.code and "row" in problem.facts:
            message = SKU_TWICE.told(preferred(language), problem.facts)
        else:
            message = told(problem.code, problem.facts, accept_language=language)
        return cls.told(problem, message=message)


class ImportRow(Output, frozen=True, kw_only=True):
    """
    How far an import is; ``created`` and so on count products.

    ``columns`` are the headings by what they were taken for, ``ignored`` those that mean nothing.
    """

    id: UUID
    url: str
    status: ImportStatus
    dry_run: bool
    rows_total: int
    rows_done: int
    products_total: int
    created: int
    changed: int
    unchanged: int
    refused: int
    columns: dict[str, str]
    ignored: list[str]
    created_at: Moment
    updated_at: Moment
    ended_at: Moment | None

    @classmethod
    def row(cls, sheet: Import) -> Self:
        return cls.told(sheet, url=_url(sheet), dry_run=sheet.is_dry_run)


class ImportOut(ImportRow, frozen=True, kw_only=True):
    """``errors`` are the first 1,000 mistakes, by row; ``rows`` is ``rows_total``."""

    rows: int
    errors: list[RowError]

    @classmethod
    def of(cls, sheet: Import, language: str) -> Self:
        return cls.told(
            sheet,
            url=_url(sheet),
            dry_run=sheet.is_dry_run,
            rows=sheet.rows_total,
            errors=[RowError.of(each, language) for each in sheet.errors],
        )


class ImportController(Controller):
    @post(
        "/products/import",
        status_code=202,
        or_at_once=200,
        repeatable=True,
        request_max_body_size=MOST_BYTES + AROUND_A_FILE,
        problems=(
            ImportRunning,
            UnreadableSheet,
            UnknownEncoding,
            BrokenSheet,
            EmptySheet,
            ColumnsMissing,
            SameColumns,
            TooManyColumns,
            TooManyRows,
        ),
    )
    async def hand_in(
        self,
        request: StrictRequest,
        data: MultipartBody[SheetIn],
        imports: NamedDependency[ImportService],
        dry_run: FromQuery[bool] = False,
    ) -> Response[ImportOut]:
        """
        Hand in a CSV of products, as spreadsheets save it; the work on it follows.

        A dry run says what would happen and stores nothing; of a small sheet at once, with 200.
        """
        sheet = await imports.hand_in(await data.wanted(request.user, is_dry_run=dry_run))
        answer = ImportOut.of(sheet, request.headers.get("accept-language", ""))
        return Response(
            answer, status_code=200 if sheet.is_over else 202, headers={"location": answer.url}
        )

    @get("/products/export")
    async def export(
        self, request: StrictRequest, imports: NamedDependency[ImportService]
    ) -> Stream:
        """
        Take all products as a CSV, which an import takes back.

        A row for each variant; the headings are in the language that ``Accept-Language`` asks for.
        """
        locale = preferred(request.headers.get("accept-language", ""))
        return Stream(
            in_bytes(imports.export(request.user, locale)),
            media_type="text/csv",
            headers={
                "content-disposition": 'attachment; filename="products.csv"',
                "content-language": locale,
                "vary": "accept-language",
            },
        )

    @get("/imports")
    async def of_merchant(
        self,
        request: StrictRequest,
        imports: NamedDependency[ImportService],
        limit: Limit = 20,
        cursor: Cursor = None,
        include: Include = "",
    ) -> Listed[ImportRow]:
        """List the sheets that were handed in, newest first."""
        of = request.list_of()
        page = await imports.of_merchant(request.user, paging(limit, cursor, of, include))
        return Listed.of(page, ImportRow.row, of)

    @get("/imports/{id:uuid}", problems=(ImportNotFound,))
    async def find(
        self,
        request: StrictRequest,
        id: FromPath[UUID],
        imports: NamedDependency[ImportService],
    ) -> ImportOut:
        """Look how far an import is, and what is wrong with its rows."""
        found = await imports.find(request.user, ImportId(id))
        return ImportOut.of(found, request.headers.get("accept-language", ""))


async def in_bytes(pieces: AsyncIterator[str]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        yield piece.encode()


def _url(sheet: Import) -> str:
    return f"/api/merchant/imports/{sheet.id}"
