"""Images in a bucket, with a server that speaks S3 on this machine."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import httpx
import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from marketplace.adapters.storage.s3 import S3ImageStore
from marketplace.domain.errors import Unavailable
from marketplace.domain.images import ImageTooHeavy

from ..unit.contracts.image_store import BYTES, KEY, OTHER, ImageStoreContract

_numbers = count(1)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def a_store(endpoint: str, bucket: str) -> S3ImageStore:
    return S3ImageStore(
        f"s3://{bucket}/shop/images",
        endpoint=endpoint,
        region="us-east-1",
        access_key_id="id",
        secret_access_key="secret",
    )


class TestS3ImageStore(ImageStoreContract):
    @pytest.fixture
    def bucket(self, endpoint: str) -> str:
        name = f"bucket-{next(_numbers)}"
        httpx.put(f"{endpoint}/{name}").raise_for_status()
        return name

    @pytest.fixture
    def images(self, endpoint: str, bucket: str) -> S3ImageStore:
        return a_store(endpoint, bucket)

    async def test_images_are_below_the_prefix_and_browsers_are_told_what_they_are(
        self, images: S3ImageStore, endpoint: str, bucket: str
    ) -> None:
        await images.put(KEY, BYTES)
        await images.put(OTHER, BYTES)

        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=id/20300101/us-east-1/s3/x"}
        async with httpx.AsyncClient(base_url=f"{endpoint}/{bucket}", headers=signed) as browser:
            shown = (await browser.head(f"/shop/images/{KEY}")).headers
            hidden = (await browser.head(f"/shop/images/{OTHER}")).headers
        assert (shown["content-type"], shown["cache-control"]) == (
            "image/webp",
            "public, max-age=31536000, immutable",
        )
        assert (hidden["content-type"], hidden["cache-control"]) == (
            "application/octet-stream",
            "private, no-store",
        )

    @pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "a/../../outside"])
    async def test_no_key_leads_out_of_the_prefix(self, images: S3ImageStore, key: str) -> None:
        for attempt in (images.put(key, b"x"), images.get(key), images.delete(key)):
            with pytest.raises(ValueError, match="not a key"):
                await attempt

    async def test_whoever_has_a_signature_can_put_one_file_and_no_other(
        self, images: S3ImageStore, endpoint: str
    ) -> None:
        key = "incoming/01900000-0000-7000-8000-000000000001/1"

        signed = await images.sign_upload(key, "image/jpeg", timedelta(minutes=15))

        url = httpx.URL(signed.url)
        assert (signed.method, url.params["X-Amz-Expires"]) == ("PUT", "900")
        assert url.path.endswith(f"/shop/images/{key}")
        assert "secret" not in signed.url
        async with httpx.AsyncClient() as browser:
            put = await browser.put(url, content=BYTES, headers=dict(signed.headers))
        assert put.status_code == 200
        assert await images.get(key) == BYTES
        with pytest.raises(ImageTooHeavy):
            await images.get(key, at_most=len(BYTES) - 1)

    async def test_more_files_than_fit_into_one_answer_are_listed(
        self, images: S3ImageStore
    ) -> None:
        for ten in range(0, 1010, 10):
            await asyncio.gather(*(images.put(f"public/{ten + at}/a", b"x") for at in range(10)))

        keys = [each.key async for each in images.files()]

        assert len(keys) == len(set(keys)) == 1010

    async def test_the_environment_can_say_where_the_bucket_is(
        self, endpoint: str, bucket: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        images = S3ImageStore(f"s3://{bucket}")

        await images.put(KEY, BYTES)

        assert await images.get(KEY) == BYTES


async def test_a_bucket_that_does_not_answer_is_unavailable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}"
    images = a_store(nobody, "bucket")

    for attempt in (images.put(KEY, b"x"), images.get(KEY), images.delete(KEY)):
        with pytest.raises(Unavailable):
            await attempt


async def test_a_bucket_that_is_not_there_is_not_taken_for_a_missing_image(endpoint: str) -> None:
    images = a_store(endpoint, "no-such-bucket")

    with pytest.raises(Unavailable):
        await images.put(KEY, b"x")
