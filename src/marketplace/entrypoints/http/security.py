"""Who may come in: nobody, unless a route says that it is public or somebody has signed in."""

import re
from dataclasses import replace
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter
from litestar.types import Guard
from litestar.typing import FieldDefinition

from marketplace.application.sessions import SessionService
from marketplace.domain.accounts import SignInRequired
from marketplace.domain.errors import FieldProblem, InvalidFields

from .edge import request_id
from .problems import SaidTwice, UnknownField

_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)
"""RFC 6750, 2.1."""

Connection = ASGIConnection[Any, Any, Any, Any]


def doorkeeper(sessions: SessionService) -> Guard:
    """
    The one guard of every route: for each there is, Litestar copies the handler anew.

    ``public=True`` on a route lets anybody in; ``role=`` lets only that role in. Whoever comes in
    is ``request.user``, and may ask with the parameters the route knows. It is a function because
    Litestar copies every other kind of guard, with everything it holds.
    """

    async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
        # OPTIONS is answered by Litestar itself, and tells the methods of an address to anybody.
        if not (handler.opt.get("public") or connection.scope.get("method") == "OPTIONS"):
            await identify(connection, handler)
        if connection.scope["query_string"]:
            _refuse_odd_parameters(connection, handler)

    async def identify(connection: Connection, handler: BaseRouteHandler) -> None:
        # Of two, whoever stands in between may have looked at the other one.
        said = connection.headers.getall("authorization", [])
        credentials = _BEARER.fullmatch(said[0]) if len(said) == 1 else None
        if credentials is None:
            raise SignInRequired
        actor = await sessions.identify(credentials[1])
        role = handler.opt.get("role")
        if role is not None:
            actor.must_be(role)
        client = connection.client
        connection.scope["user"] = replace(
            actor, address=client.host if client else None, request_id=request_id.get()
        )

    return admit


def _takes_several(parameter: FieldDefinition) -> bool:
    """A list, or nothing."""
    return any(each.is_non_string_collection for each in (parameter, *parameter.inner_types))


def _refuse_odd_parameters(connection: Connection, handler: BaseRouteHandler) -> None:
    """A query parameter nobody asks for, or asks for once, is a mistake of whoever sent it."""
    known = {
        parameter.kwarg_definition.name or name: parameter
        for name, parameter in handler.parsed_fn_signature.parameters.items()
        if isinstance(parameter.kwarg_definition, QueryParameter)
    }
    problems = []
    for name, said in sorted(connection.query_params.dict().items()):
        if name not in known:
            problems.append(FieldProblem(name[:100], UnknownField.code, {}))
        elif len(said) > 1 and not _takes_several(known[name]):
            problems.append(FieldProblem(name, SaidTwice.code, {}))
    if problems:
        raise InvalidFields(*problems)
