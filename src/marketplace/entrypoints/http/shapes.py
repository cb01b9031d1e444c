"""
What all shapes on the wire have in common: how they are read, and how they are told.

A request shape has ``wanted()``, which makes the command; an answer has ``of()``, which tells an
entity. Names on both sides are those of the domain, so that fields need no mapping by hand.
"""

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from itertools import accumulate, islice
from types import UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Generic,
    Literal,
    Protocol,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
)
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.params import BodyKwarg, FromQuery, QueryParameter
from litestar.response.base import ASGIResponse
from msgspec import UNSET, UnsetType

from marketplace.application.ports import BadCursor, Page, Paging, Place, Site
from marketplace.domain.accounts import Actor
from marketplace.domain.errors import FieldProblem, InvalidFields
from marketplace.domain.text import Missing

from .edge import request_id
from .problems import MalformedRequest, UnknownField, WrongMediaType, field_problem
from .telling import Amount as Amount
from .telling import Output as Output

Said = TypeVar("Said")
Entity = TypeVar("Entity")
Item = TypeVar("Item")

Maybe: TypeAlias = Said | UnsetType
"""A field of a change: left out it stays as it is."""

Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""A point in time: RFC 3339, in UTC."""

_VERSION = re.compile(r'"[0-9]{1,9}"')
MOST_NESTING = 64
MOST_MISTAKES = 50


def words(kind: Iterable[str]) -> msgspec.Meta:
    """For the documentation: text that is one of these. The domain judges it, with all the rest."""
    return msgspec.Meta(extra_json_schema={"enum": list(kind)})


class AmountSaid(str):
    """Money as somebody writes it: text or a JSON number, whose digits are kept as they stand."""

    __slots__ = ()


class Input(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody sends. ``EXAMPLE`` is shown in the documentation, and tested."""

    EXAMPLE: ClassVar[dict[str, Any]] = {}

    def said(self) -> dict[str, Any]:
        """What was said, by field: an optional field that is left out or null is not in it."""
        given = msgspec.structs.asdict(self).items()
        return {name: value for name, value in given if value is not None and value is not UNSET}


class Change(Input, frozen=True, kw_only=True):
    """What somebody wants changed: left out it stays, null or empty text takes it away."""

    def said(self) -> dict[str, Any]:
        given = msgspec.structs.asdict(self).items()
        return {name: "" if value is None else value for name, value in given if value is not UNSET}


class Versioned(Protocol):
    """An answer that counts the changes of what it tells."""

    @property
    def version(self) -> int: ...


Told = TypeVar("Told", bound=Versioned)


def tagged(told: Told) -> Response[Told]:
    """The answer with an ``ETag``, for an ``If-Match`` to come."""
    return Response(told, headers={"etag": f'"{told.version}"'})


class Answer(Response[Said]):
    """An answer that says nothing has no body, whatever its status, and so none of any type."""

    def to_asgi_response(self, *args: Any, **more: Any) -> ASGIResponse:
        if self.content is not None:
            return super().to_asgi_response(*args, **more)
        answer = Answer(
            b"", background=self.background, headers=self.headers, status_code=self.status_code
        ).to_asgi_response(*args, **more)
        answer.headers.pop("content-type", None)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """
    Which list somebody reads: at which address, whose, and what they want to see of it.

    A cursor is good for the very list that gave it out, and for no other.
    """

    path: str
    ids: tuple[str, ...] = ()
    account: UUID | None = None
    wanted: Hashable = None


class Listed(Output, Generic[Item], frozen=True, kw_only=True):
    """
    A stretch of a list; ``next_cursor`` asks for the following one, with all else the same.

    Where `include=total` asks for it, ``total`` is how many there are in all.
    """

    items: list[Item]
    next_cursor: str | None
    total: int | UnsetType = UNSET

    @classmethod
    def of(
        cls,
        page: Page[Entity],
        shape: Callable[[Entity], Item],
        of: ListOf,
        total: int | UnsetType = UNSET,
    ) -> "Listed[Item]":
        items = [shape(each) for each in page.items]
        if page.total is not None:
            total = page.total
        return Listed(items=items, next_cursor=cursor_after(page, of), total=total)

    @classmethod
    def whole(cls, items: list[Item], include: str) -> "Listed[Item]":
        """A list that is told in one piece."""
        return Listed(items=items, next_cursor=None, total=len(items) if include else UNSET)


def cursor_after(page: Page[Any], of: ListOf) -> str | None:
    """What asks for the following stretch; None behind the last."""
    return _cursor(page.next, of) if page.next else None


Include: TypeAlias = FromQuery[Literal["", "total"]]
Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most")]
Cursor: TypeAlias = FromQuery[str | None]


def paging(limit: int, cursor: str | None, of: ListOf, include: str = "") -> Paging:
    """Which stretch of a list was asked for, and whether to count it all."""
    counted = include == "total"
    if cursor is None:
        return Paging(limit=limit, counted=counted)
    try:
        after = _place(cursor, of)
        if of.wanted is None and after != Place(id=after.id):
            raise ValueError
        return Paging(limit=limit, after=after, counted=counted)
    except ValueError:
        raise InvalidFields(FieldProblem("cursor", BadCursor.code, {})) from None


class StrictRequest(Request[Actor, None, State]):
    """
    A request whose body says what it is, and is that.

    No body at all is an empty object, so that a call without required fields needs none.
    """

    @property
    def site(self) -> Site:
        site = self.route_handler.opt["site"]
        assert isinstance(site, Site)
        return site

    @property
    def device(self) -> str:
        """What the client calls itself."""
        said = self.headers.get("user-agent", "")
        return "".join(character for character in said if character.isprintable())

    @property
    def address(self) -> str | None:
        """Where the client is, as far as we know."""
        return self.client.host if self.client else None

    @property
    def seen(self) -> frozenset[int] | None:
        """The versions that ``If-Match`` allows to be changed; None where any may be (RFC 9110)."""
        said = self.headers.get("if-match")
        if said is None or said.strip() == "*":
            return None
        tags = (each.strip() for each in said.split(","))
        return frozenset(int(each[1:-1]) for each in tags if _VERSION.fullmatch(each))

    def list_of(self, wanted: Hashable = None) -> ListOf:
        """The list at this address, whoever may see it, or whoever asks."""
        account = self.scope.get("user")
        return ListOf(
            path=self.scope["path_template"],
            ids=tuple(str(each).lower() for each in self.path_params.values()),
            account=account.account_id if isinstance(account, Actor) else None,
            wanted=wanted,
        )

    @property
    def id(self) -> str:
        """What answers, logs and the audit book call it."""
        return request_id.get()

    async def stream(self) -> AsyncGenerator[bytes, None]:
        async for chunk in super().stream():
            if chunk and not self._is_what_it_should_be():
                raise WrongMediaType
            yield chunk

    async def body(self) -> bytes:
        return await super().body() or b"{}"

    async def json(self) -> Any:
        field = self.route_handler.parsed_data_field
        return read_json(await self.body(), field.annotation if field else Any)

    def _is_what_it_should_be(self) -> bool:
        field = self.route_handler.parsed_data_field
        wanted = field.kwarg_definition if field else None
        media_type, parameters = self.content_type
        is_text_we_read = parameters.get("charset", "utf-8").lower() == "utf-8"
        return isinstance(wanted, BodyKwarg) and media_type == wanted.media_type and is_text_we_read


def read_json(body: bytes, shape: Any) -> Any:
    """The shape, or ``InvalidFields``, or ``MalformedRequest``."""
    must_be_shallow(body)
    try:
        try:
            return _decoder(shape).decode(body)
        except msgspec.ValidationError as error:
            # It names the first mistake only; whoever filled in a form wants to hear of them all.
            found = tuple(islice(_mistakes(_decoder(Any).decode(body), shape), MOST_MISTAKES))
            raise InvalidFields(*found or (field_problem(str(error)),)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise MalformedRequest from None


def must_be_shallow(body: bytes) -> None:
    """``MalformedRequest`` if it is nested deeper than anything we ask for."""
    if body.count(b"[") + body.count(b"{") > MOST_NESTING and _depth(body) > MOST_NESTING:
        raise MalformedRequest


def _mistakes(said: Any, shape: Any, path: str = "") -> Iterator[FieldProblem]:
    """Every field that is missing, unknown or of the wrong type."""
    shape = _nested(said, shape)
    if isinstance(said, dict) and isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
        for name, field in fields.items():
            place = f"{path}.{name}" if path else name
            if name in said:
                yield from _mistakes(said[name], field.type, place)
            elif field.required:
                yield FieldProblem(place, Missing.code, {})
        if shape.__struct_config__.forbid_unknown_fields:
            for name in sorted(said.keys() - fields.keys()):
                place = f"{path}.{name}" if path else name
                yield FieldProblem(place[:100], UnknownField.code, {})
    elif isinstance(said, list) and get_origin(shape) is list:
        for position, each in enumerate(said):
            yield from _mistakes(each, get_args(shape)[0], f"{path}[{position}]")
    else:
        try:
            msgspec.convert(said, shape, dec_hook=_read)
        except msgspec.ValidationError as error:
            complaint, _, within = str(error).partition(" - at `$")
            yield field_problem(f"{complaint} - at `$.{path}{within or '`'}")


def _nested(said: Any, shape: Any) -> Any:
    """Of a shape that can be several, the one that was meant by an object or a list."""
    if get_origin(shape) is Annotated:
        return _nested(said, get_args(shape)[0])
    if get_origin(shape) in (Union, UnionType):
        for each in (_nested(said, each) for each in get_args(shape)):
            is_object = isinstance(each, type) and issubclass(each, msgspec.Struct)
            if (isinstance(said, dict) and is_object) or (
                isinstance(said, list) and get_origin(each) is list
            ):
                return each
    return shape


class _Digits(str):
    """A JSON number with a fraction or an exponent, as it was written."""

    __slots__ = ()


@cache
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape, dec_hook=_read, float_hook=_Digits)


def _read(kind: type, said: object) -> object:
    if kind is AmountSaid and isinstance(said, str | int) and not isinstance(said, bool):
        return AmountSaid(said)
    raise ValueError(f"not a {kind.__name__}")


_STRING = re.compile(rb'"(?:[^"\\]|\\.?)*+"?', re.DOTALL)
_STEPS = dict.fromkeys(b"[{", 1) | dict.fromkeys(b"]}", -1)


def _depth(body: bytes) -> int:
    """How deep the brackets outside of strings are nested."""
    return max(accumulate(_STEPS.get(byte, 0) for byte in _STRING.sub(b"", body)))


_Cursor = tuple[bytes, bytes, int | str | None, tuple[tuple[str, ...], ...] | bool]
_CURSORS = msgspec.msgpack.Decoder(_Cursor)
_LONGEST_CURSOR = 4000


def _cursor(place: Place, of: ListOf) -> str:
    """A place as opaque text. It is no secret: whatever it says is looked at when it comes back."""
    told: _Cursor = (_digest(of), place.id.bytes, place.key, place.loosely or False)
    return urlsafe_b64encode(msgspec.msgpack.encode(told)).decode().rstrip("=")


def _place(cursor: str, of: ListOf) -> Place:
    """The place again, or ``ValueError`` if anything of the cursor is not as we would write it."""
    if len(cursor) > _LONGEST_CURSOR:
        raise ValueError
    digest, id, key, loosely = _CURSORS.decode(urlsafe_b64decode(f"{cursor}=="))
    if loosely is True:
        raise ValueError
    place = Place(id=UUID(bytes=id), key=key, loosely=loosely or ())
    storable = "\0" not in key if isinstance(key, str) else abs(key or 0) < 2**63
    if digest != _digest(of) or not storable or _cursor(place, of) != cursor:
        raise ValueError
    return place


@lru_cache(1000)
def _digest(of: ListOf) -> bytes:
    """Not ``hash``, which is another one in the next process."""
    return hashlib.sha256(repr(of).encode()).digest()[:6]
