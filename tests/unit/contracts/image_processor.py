"""What every image processor must do. Subclass and provide a ``processor`` fixture."""

import re
import struct
import zlib

import pytest

from marketplace.application.ports import ImageProcessor
from marketplace.domain.images import ImageTooLarge, UnreadableImage


def grey_png(width: int, height: int) -> bytes:
    """A PNG as small as it can be: one bit for each pixel, all of them black."""
    header = struct.pack(">2I5B", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 7) // 8 + 1) * height)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND")


def _chunk(kind: bytes, content: bytes = b"") -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


class ImageProcessorContract:
    """The sentences."""

    async def test_the_first_look_tells_the_size_of_the_original(
        self, processor: ImageProcessor
    ) -> None:
        look = await processor.first_look(grey_png(1500, 1000))

        assert (look.width, look.height) == (1500, 1000)

    async def test_the_preview_is_a_jpeg_of_at_most_640_pixels(
        self, processor: ImageProcessor
    ) -> None:
        look = await processor.first_look(grey_png(900, 1800))

        assert (look.preview_width, look.preview_height) == (320, 640)
        assert look.preview.startswith(b"\xff\xd8\xff")

    async def test_the_preview_of_a_small_image_is_as_small(
        self, processor: ImageProcessor
    ) -> None:
        look = await processor.first_look(grey_png(50, 30))

        assert (look.preview_width, look.preview_height) == (50, 30)

    async def test_an_image_has_a_colour_to_be_shown_before_it_is_loaded(
        self, processor: ImageProcessor
    ) -> None:
        look = await processor.first_look(grey_png(50, 30))

        assert re.fullmatch("#[0-9a-f]{6}", look.placeholder)

    async def test_there_is_a_webp_for_every_edge(self, processor: ImageProcessor) -> None:
        pictures = await processor.renditions(grey_png(2400, 1200))

        assert [(each.edge, each.width, each.height) for each in pictures] == [
            (160, 160, 80),
            (320, 320, 160),
            (640, 640, 320),
            (1280, 1280, 640),
            (2048, 2048, 1024),
        ]
        assert {each.suffix for each in pictures} == {"webp"}
        assert {each.content[:4] + each.content[8:12] for each in pictures} == {b"RIFFWEBP"}

    @pytest.mark.parametrize(
        ("longest", "edges"), [(160, [160]), (500, [160, 320]), (640, [160, 320, 640])]
    )
    async def test_no_edge_is_larger_than_the_original(
        self, processor: ImageProcessor, longest: int, edges: list[int]
    ) -> None:
        pictures = await processor.renditions(grey_png(longest // 2, longest))

        assert [each.edge for each in pictures] == edges
        assert [each.height for each in pictures] == edges

    async def test_what_is_smaller_than_every_edge_keeps_its_size(
        self, processor: ImageProcessor
    ) -> None:
        [picture] = await processor.renditions(grey_png(100, 40))

        assert (picture.edge, picture.width, picture.height) == (160, 100, 40)

    async def test_a_line_of_pixels_does_not_vanish(self, processor: ImageProcessor) -> None:
        [*_, largest] = await processor.renditions(grey_png(2048, 1))

        assert (largest.width, largest.height) == (2048, 1)

    @pytest.mark.parametrize("content", [b"", b"<svg/>", b"%PDF-1.7", b"GIF89a" + bytes(20)])
    async def test_what_is_no_image_is_unreadable(
        self, processor: ImageProcessor, content: bytes
    ) -> None:
        with pytest.raises(UnreadableImage):
            await processor.first_look(content)
        with pytest.raises(UnreadableImage):
            await processor.renditions(content)

    async def test_more_than_40_megapixels_are_too_large(self, processor: ImageProcessor) -> None:
        bomb = grey_png(9000, 9000)

        with pytest.raises(ImageTooLarge):
            await processor.first_look(bomb)
        with pytest.raises(ImageTooLarge):
            await processor.renditions(bomb)
