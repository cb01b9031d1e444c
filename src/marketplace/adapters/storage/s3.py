"""Images in a bucket of S3, or of anything that speaks like it."""

import logging
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from datetime import timedelta

from obstore import sign_async
from obstore.exceptions import BaseError
from obstore.store import S3Store

from marketplace.adapters.storage import checked
from marketplace.application.ports import ImageStore, SignedUpload, StoredFile
from marketplace.domain.errors import Unavailable
from marketplace.domain.images import ImageNotFound, ImageTooHeavy

_TYPES = {"jpg": "image/jpeg", "webp": "image/webp"}
_log = logging.getLogger("marketplace.images")


class S3ImageStore(ImageStore):
    """
    An object for each image, below ``s3://bucket/prefix``.

    Credentials, region and endpoint come from the environment (``AWS_ACCESS_KEY_ID``,
    ``AWS_REGION``, ``AWS_ENDPOINT_URL``, …) unless they are given. A bucket that does not answer
    within ten seconds is ``Unavailable``.
    """

    def __init__(
        self,
        url: str,
        *,
        endpoint: str | None = None,
        region: str | None = None,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
    ) -> None:
        given = {
            "endpoint": endpoint,
            "region": region,
            "access_key_id": access_key_id,
            "secret_access_key": secret_access_key,
        }
        self._store = S3Store.from_url(
            url,
            # Its keys are in a TypedDict that exists for type checkers only.
            config={name: said for name, said in given.items() if said},  # type: ignore[arg-type]
            client_options={
                # Whoever names an endpoint without TLS means it; the one of Amazon has it.
                "allow_http": True,
                "connect_timeout": timedelta(seconds=3),
                "timeout": timedelta(seconds=10),
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=10)},
        )

    async def put(self, key: str, content: bytes, /) -> None:
        with _answering():
            await self._store.put_async(checked(key), content, attributes=_attributes(key))

    async def get(self, key: str, /, *, at_most: int | None = None) -> bytes:
        with _answering():
            try:
                found = await self._store.get_async(checked(key))
            except FileNotFoundError:
                raise ImageNotFound(key=key) from None
            if at_most is not None and found.meta["size"] > at_most:
                raise ImageTooHeavy(at_most=at_most)
            return bytes(await found.bytes_async())

    async def delete(self, key: str, /) -> None:
        with _answering():
            await self._store.delete_async(checked(key))

    async def files(self, folder: str = "", /) -> AsyncIterator[StoredFile]:
        with _answering():
            async for stretch in self._store.list(checked(folder) if folder else None):
                for each in stretch:
                    yield StoredFile(
                        key=each["path"], size=each["size"], stored_at=each["last_modified"]
                    )

    async def sign_upload(self, key: str, type: str, lasts: timedelta, /) -> SignedUpload:
        """The signature is over key and time; how much is sent shows when it is there."""
        with _answering():
            url = await sign_async(self._store, "PUT", checked(key), lasts)
        return SignedUpload(url=url, method="PUT", headers={"content-type": type})


def _attributes(key: str) -> dict[str, str]:
    """What a browser is told that gets a public image from the bucket itself, for good."""
    if not key.startswith("public/"):
        return {"Content-Type": "application/octet-stream", "Cache-Control": "private, no-store"}
    return {
        "Content-Type": _TYPES.get(key.rpartition(".")[2], "application/octet-stream"),
        "Cache-Control": "public, max-age=31536000, immutable",
    }


@contextmanager
def _answering() -> Generator[None]:
    """Whatever is wrong with the bucket, a missing one included, is wrong for now."""
    try:
        yield
    except (BaseError, OSError) as error:
        _log.warning("the bucket of images does not answer: %s", error)
        raise Unavailable(retry_after=5) from error
