"""What is in the database, and for nobody who has the database alone."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from marketplace.application.ports import Sealing

_NONCE = 12
"""Bytes (NIST SP 800-38D, 5.2.1.1). They are random: a secret seals a handful of things."""


class AesSealing(Sealing):
    """AES-256-GCM, each secret with a key of its own (HKDF, RFC 5869). ``earlier`` keys open."""

    def __init__(self, key: bytes, *earlier: bytes) -> None:
        self._keys = (key, *earlier)

    def seal(self, plain: bytes, secret: bytes, /) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + _cipher(self._keys[0], secret).encrypt(nonce, plain, None)

    def open(self, sealed: bytes, secret: bytes, /) -> bytes | None:
        for key in self._keys:
            try:
                return _cipher(key, secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
            except (InvalidTag, ValueError):
                continue
        return None


def _cipher(key: bytes, secret: bytes) -> AESGCM:
    about = b"marketplace: what is sealed with " + secret
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=about).derive(key))
