"""Access tokens, as JSON Web Tokens."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from jwt import PyJWS, PyJWT, PyJWTError

from marketplace.application.ports import AccessTokens, Ids
from marketplace.domain.accounts import Role, Session, SessionId, SignInRequired

LASTS = {Role.MERCHANT: timedelta(minutes=15), Role.ADMIN: timedelta(minutes=5)}
SKEW = timedelta(seconds=5)
"""By how much the clocks of two of our machines may differ."""
LONGEST = 2048
"""Characters. Ours have about 500; nobody makes us decode megabytes."""

_ALGORITHM = "HS256"
_SHAPE = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
"""Unpadded base64url (RFC 7515, 3.1); PyJWT is more patient, and one token has one spelling."""
_CLAIMS = ["aud", "exp", "iat", "iss", "jti", "sid", "sub", "typ"]


class JwtAccessTokens(AccessTokens):
    """
    Signed with HMAC-SHA256, and good for nothing else than access (RFC 8725).

    ``keys`` maps a key id to a secret of 32 bytes or more; tokens are signed with ``current`` and
    accepted under any of them, so that a key can be replaced without signing anybody out.
    """

    def __init__(
        self, *, keys: Mapping[str, bytes], current: str, issuer: str, audience: str, ids: Ids
    ) -> None:
        if any(len(key) < 32 for key in keys.values()):
            raise ValueError("a signing key has at least 32 bytes")
        if current not in keys:
            raise ValueError(f"there is no signing key {current!r}")
        self._keys = dict(keys)
        self._current = current
        self._issuer = issuer
        self._audience = audience
        self._ids = ids
        self._jwt = PyJWT(
            options={
                "enforce_minimum_key_length": True,
                "require": _CLAIMS,
                "strict_aud": True,
                # The time is told by the caller, and PyJWT would ask the system.
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            }
        )

    def issue(self, session: Session, role: Role, at: datetime, /) -> str:
        issued = int(at.timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(session.account_id),
            "sid": str(session.id),
            "jti": str(self._ids.new()),
            "typ": "access",
            "iat": issued,
            "exp": issued + int(LASTS[role].total_seconds()),
        }
        return self._jwt.encode(
            claims, self._keys[self._current], _ALGORITHM, headers={"kid": self._current}
        )

    def session_of(self, token: str, at: datetime, /) -> SessionId:
        if len(token) > LONGEST or not _SHAPE.fullmatch(token):
            raise SignInRequired
        try:
            claims = self._read(token)
            issued, expires, session_id = claims["iat"], claims["exp"], UUID(claims["sid"])
        except (PyJWTError, AttributeError, KeyError, TypeError, ValueError):
            raise SignInRequired from None
        if type(issued) is not int or type(expires) is not int or claims["typ"] != "access":
            raise SignInRequired
        if not issued <= (at + SKEW).timestamp() or not at.timestamp() < expires:
            raise SignInRequired
        return SessionId(session_id)

    def _read(self, token: str) -> dict[str, Any]:
        """The claims of a token that we signed, though not yet their types."""
        key_id = PyJWS().get_unverified_header(token)["kid"]
        return self._jwt.decode(
            token,
            self._keys[key_id],
            algorithms=[_ALGORITHM],
            audience=self._audience,
            issuer=self._issuer,
        )
