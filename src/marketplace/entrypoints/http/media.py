"""Media, over HTTP: the images anybody may see."""

import re
from http import HTTPStatus

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from marketplace.application.ports import ImageStore
from marketplace.domain.images import ImageNotFound

from .shapes import StrictRequest

_NAME = re.compile(
    r"/(?P<key>[0-9a-f-]{36}/[0-9]{1,5}-(?P<hash>[0-9a-f]{16})\.(?P<suffix>webp|jpg))"
)
"""What ``ImageService`` calls an image that may be shown."""
_TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}


def media(images: ImageStore) -> HTTPRouteHandler:
    """Shows what lies on the public shelf; the name of an image never shows two pictures."""

    @get("/media/{path:path}", public=True, include_in_schema=False)
    async def show(request: StrictRequest, path: FromPath[str]) -> Response[bytes | None]:
        name = _NAME.fullmatch(path)
        if name is None:
            raise ImageNotFound
        headers = {
            # Whole or not at all: an image is small enough.
            "accept-ranges": "none",
            "cache-control": "public, max-age=31536000, immutable",
            "content-disposition": "inline",
            "content-security-policy": "default-src 'none'; sandbox",
            "cross-origin-resource-policy": "cross-origin",
            "etag": f'"{name["hash"]}"',
        }
        if headers["etag"] in request.headers.get("if-none-match", ""):
            return Response(None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(
            await images.get(f"public/{name['key']}"),
            media_type=_TYPES[name["suffix"]],
            headers=headers,
        )

    return show
