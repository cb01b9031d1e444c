"""A whole marketplace that keeps its images in a bucket, as an operator would start it."""

from collections.abc import Iterator
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from PIL import Image

from .serving import Process, Server, Shop, until

_numbers = count(1)


@pytest.fixture
def bucket() -> Iterator[str]:
    """The address of a new one: the servers of a process share what they keep."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}/photos-{next(_numbers)}"
    httpx.put(url).raise_for_status()
    yield url
    server.stop()


@pytest.fixture
def settings(bucket: str, tmp_path: Path, database_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret of a test, of enough bytes",
        "PUBLIC_URL": "https://shop.example.com",
        "STORAGE_URL": f"s3://{bucket.rpartition('/')[2]}/shop",
        "AWS_ENDPOINT_URL": bucket.rpartition("/")[0],
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "EMAIL_URL": f"file:{tmp_path / 'mail'}",
        "VAR_DIR": str(tmp_path / "var"),
    }


@pytest.fixture
def server(settings: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "serve.log", **settings)
    yield server.until_ready()
    server.stop()


def photo(width: int = 1400, height: int = 900) -> bytes:
    content = BytesIO()
    told = Image.Exif()
    told[0x010E] = "CANARY"
    Image.new("RGB", (width, height), "teal").save(content, "JPEG", exif=told)
    return content.getvalue()


_SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=id/20300101/us-east-1/s3/x"}


def keys(bucket: str) -> set[str]:
    """Everything that lies in the bucket."""
    listed = httpx.get(f"{bucket}?list-type=2", headers=_SIGNED).text
    return {each.partition("</Key>")[0] for each in listed.split("<Key>")[1:]}


def test_a_photo_goes_into_the_bucket_is_shown_and_goes_again(server: Server, bucket: str) -> None:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        shop = Shop(client)

        def call(method: str, path: str, **given: Any) -> httpx.Response:
            return shop.as_merchant(method, f"/api/merchant/{path}", **given)

        product = call("POST", "products", json={"title": "Lamp", "price": "25.00", "stock": 1})
        upload = call(
            "POST", "uploads", json={"content_type": "image/jpeg", "size": len(photo())}
        ).json()
        early = call("POST", f"uploads/{upload['id']}/complete", json={})
        assert (early.status_code, early.json()["code"]) == (404, "upload-not-found")
        assert upload["expires_at"].endswith("Z")

        sent = httpx.request(
            upload["method"], upload["url"], headers=upload["headers"], content=photo()
        )
        assert sent.status_code == 200, sent.text
        [incoming] = keys(bucket)
        assert incoming.startswith("shop/incoming/")
        rival = Shop(client, "rival", "0507654321")
        path = f"/api/merchant/uploads/{upload['id']}/complete"
        assert rival.as_merchant("POST", path, json={}).status_code == 404

        said = {"alt": "Lamp", "product_id": product.json()["id"], "purpose": "logo"}
        done = call("POST", f"uploads/{upload['id']}/complete", json=said)
        assert done.status_code == 201, done.text
        image = done.json()
        assert (image["status"], image["width"], image["height"]) == ("pending", 1400, 900)
        assert image["placeholder"].startswith("#00808")
        again = call("POST", f"uploads/{upload['id']}/complete", json=said)
        assert (again.status_code, again.json()["id"]) == (201, image["id"])

        def shown() -> dict[str, Any]:
            [listed] = client.get(f"/api/store/{shop.name}").json()["products"]["items"]
            seen: dict[str, Any] = listed["images"][0]
            return seen

        until(lambda: shown()["status"] == "ready")
        assert call("GET", "me").json()["logo"]["id"] == image["id"]
        assert set(shown()["renditions"]) == {"160", "320", "640", "1280"}
        for url in (image["url"], *shown()["renditions"].values()):
            picture = client.get(httpx.URL(url).path)
            assert picture.status_code == 200
            assert b"CANARY" not in picture.content
            assert "immutable" in picture.headers["cache-control"]
        assert len(keys(bucket)) == 6
        assert not [key for key in keys(bucket) if "incoming" in key]

        assert call("DELETE", f"images/{image['id']}").status_code == 204
        until(lambda: keys(bucket) == set())
        assert client.get(httpx.URL(image["url"]).path).status_code == 404


def test_what_is_no_image_does_not_stay_in_the_bucket(server: Server, bucket: str) -> None:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        shop = Shop(client)
        for content, code in (
            (b"<svg onload='alert(1)'/>", "unreadable-image"),
            (photo() + bytes(10 * 1024 * 1024), "image-too-heavy"),
        ):
            said = {"content_type": "image/jpeg", "size": 1000}
            upload = shop.as_merchant("POST", "/api/merchant/uploads", json=said).json()
            httpx.put(upload["url"], headers=upload["headers"], content=content)

            done = shop.as_merchant(
                "POST", f"/api/merchant/uploads/{upload['id']}/complete", json={}
            )

            assert (done.status_code, done.json()["code"]) == (422, code)
            assert keys(bucket) == set()


def test_whoever_has_the_signature_changes_nothing_after_completion(
    server: Server, bucket: str
) -> None:
    """What is shown was made of a copy, at a place that no signature is for."""
    with httpx.Client(base_url=server.url, timeout=30) as client:
        shop = Shop(client)
        said = {"content_type": "image/jpeg", "size": 100}
        upload = shop.as_merchant("POST", "/api/merchant/uploads", json=said).json()
        signed = dict(httpx.URL(upload["url"]).params)
        assert (signed["X-Amz-Expires"], signed["X-Amz-SignedHeaders"]) == ("300", "host")

        def put(content: bytes) -> None:
            answer = httpx.put(upload["url"], headers=upload["headers"], content=content)
            assert answer.status_code == 200

        def complete() -> httpx.Response:
            path = f"/api/merchant/uploads/{upload['id']}/complete"
            return shop.as_merchant("POST", path, json={})

        def lies() -> dict[str, bytes]:
            found = {
                key: httpx.get(f"{bucket}/{key}", headers=_SIGNED).content for key in keys(bucket)
            }
            return {key: content for key, content in found.items() if "incoming" not in key}

        # More than was said, and more than anybody may send.
        put(photo() + bytes(11 * 1024 * 1024))
        refused = complete()
        assert (refused.status_code, refused.json()["code"]) == (422, "image-too-heavy")
        assert keys(bucket) == set()

        put(photo())
        image = complete().json()
        until(lambda: len(keys(bucket)) == 6)
        before, shown = lies(), client.get(httpx.URL(image["url"]).path).content

        put(photo(20, 20))
        again = complete()

        assert (again.status_code, again.json()["id"]) == (201, image["id"])
        assert (again.json()["width"], again.json()["height"]) == (1400, 900)
        assert lies() == before
        assert client.get(httpx.URL(image["url"]).path).content == shown
        assert not [key for key in keys(bucket) if "incoming" in key]


def test_an_operator_sweeps_and_has_images_made_again(
    server: Server, settings: dict[str, str], bucket: str, tmp_path: Path
) -> None:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        shop = Shop(client)
        form = {"image": ("lamp.jpg", photo())}
        answer = shop.as_merchant("POST", "/api/merchant/upload-image", files=form)
        assert answer.status_code == 201, answer.text
        until(lambda: len(keys(bucket)) == 6)
        [lost] = [key for key in keys(bucket) if "/1280-" in key]
        httpx.delete(f"{bucket}/{lost}", headers=_SIGNED).raise_for_status()

        said = []
        for command in ("storage sweep --dry-run", "storage sweep", "images reprocess"):
            log = tmp_path / f"{command.replace(' ', '-')}.log"
            process = Process(command, log, **settings)
            assert process.wait() == 0, process.said()
            said.append(process.said())

    assert "Would remove 0 files, 0 bytes; 1 are missing" in said[0]
    assert f"Missing {lost.removeprefix('shop/')} of image {answer.json()['id']}" in said[1]
    assert "0 images are made again" in said[2]
