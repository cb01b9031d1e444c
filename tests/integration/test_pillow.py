"""Strangers' images: what becomes of honest ones, and how little the others can do."""

import ast
import asyncio
import json
import os
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import httpx
import pillow_heif
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from marketplace.adapters.pillow import DecoderInterrupted, PillowImageProcessor
from marketplace.application.marketplace import Marketplace
from marketplace.domain.images import ImageTooLarge, UnreadableImage
from marketplace.entrypoints.http import create_app
from marketplace.entrypoints.in_memory import in_memory

from ..unit.contracts.image_processor import ImageProcessorContract, grey_png

pillow_heif.register_heif_opener()

CANARY = "CANARY"
"""Put into every corner of an original where somebody could be told."""


@pytest.fixture(scope="module")
def processor() -> Iterator[PillowImageProcessor]:
    processor = PillowImageProcessor()
    yield processor
    processor.close()


class TestPillowImageProcessor(ImageProcessorContract):
    """The contract, with real bytes and real children."""


def arrow(width: int = 800, height: int = 600, mode: str = "RGB") -> Image.Image:
    """Four quarters: red, green over blue, white. Whichever way it is turned, one can tell."""
    image = Image.new("RGB", (width, height), "red")
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 2, 0, width, height // 2), "lime")
    draw.rectangle((0, height // 2, width // 2, height), "blue")
    draw.rectangle((width // 2, height // 2, width, height), "white")
    return image.convert(mode)


def encoded(image: Image.Image, format: str, **how: object) -> bytes:
    content = BytesIO()
    if format == "HEIF" and "exif" in how:
        # Told this way, it is turned in the file itself too, as phones do.
        image.info["exif"] = how.pop("exif").tobytes()  # type: ignore[attr-defined]
    image.save(content, format, **how)
    return content.getvalue()


def decoded(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def quarters(content: bytes) -> list[str]:
    """The colours of an arrow, row by row."""
    image = decoded(content).convert("RGB")
    names = {"#f00": "red", "#0f0": "green", "#00f": "blue", "#fff": "white"}
    at = [(image.width * x // 4, image.height * y // 4) for y in (1, 3) for x in (1, 3)]
    return [names.get(shade(image, place), shade(image, place)) for place in at]


def shade(image: Image.Image, place: tuple[int, int]) -> str:
    """The colour of a pixel, in four bits for each channel."""
    pixel = image.getpixel(place)
    assert isinstance(pixel, tuple)
    return "#" + "".join(f"{round(each / 17):x}" for each in pixel)


UPRIGHT = ["red", "green", "blue", "white"]


def exif(orientation: int) -> Image.Exif:
    """What a phone writes: which way it was held, whose it is, and where it was."""
    told = Image.Exif()
    told[0x0112] = orientation
    told[0x010E] = told[0x013B] = told[0x8298] = told[0xA431] = f"{CANARY}-exif"
    told.get_ifd(0x8825).update({1: "N", 2: (24.0, 42.0, 27.0), 29: f"{CANARY}-gps"})
    return told


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF"])
async def test_an_image_is_shown_as_it_is(processor: PillowImageProcessor, format: str) -> None:
    content = encoded(arrow(), format, quality=90)

    look = await processor.first_look(content)
    pictures = await processor.renditions(content)

    assert (look.width, look.height) == (800, 600)
    assert quarters(look.preview) == UPRIGHT
    assert decoded(look.preview).format == "JPEG"
    assert decoded(look.preview).size == (look.preview_width, look.preview_height) == (640, 480)
    assert [each.edge for each in pictures] == [160, 320, 640]
    for each in pictures:
        assert decoded(each.content).format == "WEBP"
        assert decoded(each.content).size == (each.width, each.height)
        assert quarters(each.content) == UPRIGHT


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
async def test_an_image_is_turned_upright(
    processor: PillowImageProcessor, format: str, orientation: int
) -> None:
    held = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = arrow(400, 300)
    if orientation in held:
        image = image.transpose(held[orientation])

    content = encoded(image, format, exif=exif(orientation))
    look = await processor.first_look(content)
    [*_, largest] = await processor.renditions(content)

    assert (look.width, look.height) == (400, 300)
    assert quarters(look.preview) == UPRIGHT
    assert (largest.width, largest.height) == (320, 240)
    assert quarters(largest.content) == UPRIGHT


def jpeg_with_canaries() -> bytes:
    """A JPEG that tells everything: EXIF, GPS, XMP, IPTC, a comment, a profile, a tail."""
    xmp = f"<x:xmpmeta>{CANARY}-xmp</x:xmpmeta>".encode()
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x10" + b"\x1c\x02\x05\x00\x0b"
    app13 = iptc + f"{CANARY}-iptc".encode()
    content = encoded(
        arrow(),
        "JPEG",
        exif=exif(6),
        xmp=xmp,
        comment=f"{CANARY}-comment <script>alert(1)</script>".encode(),
        icc_profile=profile("sRGB") + f"{CANARY}-icc".encode(),
    )
    segment = b"\xff\xed" + struct.pack(">H", len(app13) + 2) + app13
    return content[:2] + segment + content[2:] + f"{CANARY}-tail <?php system(1) ?>".encode()


def jpeg_with_a_comment() -> bytes:
    return encoded(arrow(), "JPEG", comment=f"{CANARY}-comment <script>".encode())


def png_with_canaries() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", f"{CANARY}-text <script>")
    words.add_text("Author", f"{CANARY}-ztxt", zip=True)
    words.add_itxt("XML:com.adobe.xmp", f"{CANARY}-xmp")
    return encoded(arrow(), "PNG", pnginfo=words, exif=exif(3)) + f"{CANARY}-tail PK\3\4".encode()


def webp_with_canaries() -> bytes:
    return encoded(arrow(), "WEBP", exif=exif(8), xmp=f"{CANARY}-xmp".encode())


def heic_with_canaries() -> bytes:
    """As a phone writes it, in tiles, with a small picture inside that shows something else."""
    return encoded(
        arrow(),
        "HEIF",
        exif=exif(6),
        xmp=f"<x:xmpmeta>{CANARY}-xmp</x:xmpmeta>".encode(),
        icc_profile=profile("sRGB") + f"{CANARY}-icc".encode(),
        tile_size=256,
    )


def profile(name: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "make",
    [
        jpeg_with_canaries,
        jpeg_with_a_comment,
        png_with_canaries,
        webp_with_canaries,
        heic_with_canaries,
    ],
)
async def test_no_picture_tells_anything_but_its_pixels(
    processor: PillowImageProcessor, make: Callable[[], bytes]
) -> None:
    original = make()
    assert CANARY.encode() in original

    look = await processor.first_look(original)
    pictures = await processor.renditions(original)

    for content in [look.preview, *(each.content for each in pictures)]:
        for told in (
            CANARY,
            "script",
            "php",
            "Exif",
            "EXIF",
            "XMP ",
            "ICCP",
            "PK\3\4",
            "Photoshop",
        ):
            assert told.encode() not in content
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(decoded(content).info)
        assert dict(decoded(content).getexif()) == {}


async def test_transparency_is_kept_in_webp_and_white_in_the_preview(
    processor: PillowImageProcessor,
) -> None:
    image = Image.new("RGBA", (300, 300), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 300, 150))

    for content in (encoded(image, "PNG"), encoded(image, "WEBP", lossless=True)):
        look = await processor.first_look(content)
        [*_, largest] = await processor.renditions(content)

        preview = decoded(look.preview)
        assert [shade(preview, (150, y)) for y in (50, 250)] == ["#00f", "#fff"]
        alpha = decoded(largest.content).getchannel("A")
        assert [alpha.getpixel((80, y)) for y in (20, 140)] == [255, 0]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
async def test_every_kind_of_png_is_read(processor: PillowImageProcessor, mode: str) -> None:
    if mode == "I;16":
        image = Image.frombytes("I;16", (256, 64), bytes(range(256)) * 128)
        image = Image.frombytes(
            "I;16", (256, 64), bytes(b for x in range(256) for b in (0, x)) * 64
        )
    else:
        image = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90).convert(mode)

    look = await processor.first_look(encoded(image, "PNG"))

    preview = decoded(look.preview).convert("L")
    left, right = (preview.getpixel((x, look.preview_height // 2)) for x in (8, 247))
    assert isinstance(left, int)
    assert isinstance(right, int)
    assert abs(left - right) > 200


@pytest.mark.parametrize("colour", ["L", "RGB", "P"])
async def test_a_colour_that_counts_as_transparent_is_transparent(
    processor: PillowImageProcessor, colour: str
) -> None:
    image = Image.new("L", (200, 200), 0).convert(colour)
    transparent: object = (0, 0, 0) if colour == "RGB" else 0

    [picture] = await processor.renditions(encoded(image, "PNG", transparency=transparent))

    assert decoded(picture.content).getchannel("A").getextrema() == (0, 0)


async def test_a_jpeg_for_the_printer_is_read(processor: PillowImageProcessor) -> None:
    look = await processor.first_look(encoded(arrow(mode="CMYK"), "JPEG", quality=95))

    assert quarters(look.preview) == UPRIGHT


async def test_several_photos_in_one_jpeg_count_as_the_first(
    processor: PillowImageProcessor,
) -> None:
    content = encoded(arrow(), "MPO", save_all=True, append_images=[Image.new("RGB", (900, 900))])

    look = await processor.first_look(content)

    assert (look.width, look.height) == (800, 600)
    assert quarters(look.preview) == UPRIGHT


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
async def test_of_an_animation_the_first_frame_is_shown(
    processor: PillowImageProcessor, format: str
) -> None:
    rest = [Image.new("RGB", (800, 600), (shade, 0, 0)) for shade in range(50)]
    content = encoded(arrow(), format, save_all=True, append_images=rest, lossless=True)

    assert quarters((await processor.first_look(content)).preview) == UPRIGHT


async def test_colours_of_another_space_are_brought_into_srgb(
    processor: PillowImageProcessor,
) -> None:
    """In this profile the channels are swapped: without it, what is red would be shown blue."""
    swapped = bytearray(profile("sRGB"))
    tags = {bytes(swapped[at : at + 4]): at for at in range(132, 132 + 12 * 20, 12)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    swapped[red + 4 : red + 12], swapped[blue + 4 : blue + 12] = (
        swapped[blue + 4 : blue + 12],
        swapped[red + 4 : red + 12],
    )
    content = encoded(Image.new("RGB", (200, 200), "red"), "PNG", icc_profile=bytes(swapped))

    look = await processor.first_look(content)

    assert shade(decoded(look.preview), (100, 100)) == "#00f"


@pytest.mark.parametrize(
    "broken", [b"", b"\x00", b"not a profile" * 50, profile("LAB"), profile("sRGB")[:200]]
)
async def test_a_profile_that_is_none_changes_nothing(
    processor: PillowImageProcessor, broken: bytes
) -> None:
    content = encoded(arrow(), "JPEG", icc_profile=broken, quality=95)

    assert quarters((await processor.first_look(content)).preview) == UPRIGHT


async def test_broken_metadata_does_not_make_an_image_unreadable(
    processor: PillowImageProcessor,
) -> None:
    content = encoded(arrow(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\xff" * 50)

    assert quarters((await processor.first_look(content)).preview) == UPRIGHT


# What is not honest


def a_text_bomb() -> bytes:
    """100 MB of text in 100 KB, in front of an innocent picture."""
    chunk = b"Comment\x00\x00" + zlib.compress(bytes(100_000_000), 9)
    return _with_chunk(b"zTXt", chunk)


def a_profile_bomb() -> bytes:
    return _with_chunk(b"iCCP", b"profile\x00\x00" + zlib.compress(bytes(100_000_000), 9))


def _with_chunk(kind: bytes, content: bytes) -> bytes:
    png = grey_png(10, 10)
    checked = kind + content
    chunk = struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
    return png[:33] + chunk + png[33:]


def a_canvas(width: int, height: int) -> bytes:
    """An extended WebP that claims a canvas and has one small picture in it."""
    small = encoded(Image.new("RGB", (8, 8)), "WEBP")[12:]
    sizes = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + sizes + small
    return b"RIFF" + struct.pack("<I", len(body)) + body


def a_webp(width: int, height: int) -> bytes:
    return encoded(Image.new("L", (width, height)).convert("RGB"), "WEBP", quality=0, method=0)


def a_claim(width: int, height: int) -> bytes:
    """A small JPEG whose header was changed."""
    content = bytearray(encoded(arrow(64, 64), "JPEG"))
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">2H", height, width)
    return bytes(content)


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(lambda: grey_png(9000, 9000), id="81 megapixels"),
        pytest.param(lambda: grey_png(12_000, 12_000), id="144 megapixels"),
        pytest.param(lambda: grey_png(40_000_001, 1), id="a line, one pixel too long"),
        pytest.param(lambda: a_canvas(16_383, 16_383), id="a canvas of 268 megapixels"),
        pytest.param(lambda: a_webp(6400, 6400), id="a WebP of 41 megapixels"),
        pytest.param(lambda: a_claim(65_000, 65_000), id="a JPEG of 4 gigapixels"),
        pytest.param(lambda: a_claim(6400, 6400), id="a JPEG of 41 megapixels"),
    ],
)
async def test_a_bomb_is_too_large_before_it_is_decoded(
    processor: PillowImageProcessor, bomb: Callable[[], bytes]
) -> None:
    content = bomb()

    for ask in (processor.first_look, processor.renditions):
        with pytest.raises(ImageTooLarge):
            await ask(content)


@pytest.mark.parametrize(
    ("bomb", "patience"),
    [(a_text_bomb, 5.0), (a_profile_bomb, 5.0)],
)
async def test_a_bomb_in_the_metadata_harms_nobody(
    processor: PillowImageProcessor, bomb: Callable[[], bytes], patience: float
) -> None:
    content = bomb()
    began = time.monotonic()

    with suppress(UnreadableImage):
        await processor.first_look(content)

    assert time.monotonic() - began < patience


def progressive(scans: int, between: bytes = b"") -> bytes:
    """A JPEG of 36 megapixels whose last pass is made again and again."""
    content = encoded(Image.new("RGB", (6000, 6000)), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + (between + content[last:-2]) * scans + content[-2:]


async def test_a_photo_with_a_film_behind_it_is_read(processor: PillowImageProcessor) -> None:
    film = b"ftypmp42" + b"\xff\xda\x00\x02" * 10_000

    assert (await processor.first_look(progressive(1) + film)).width == 6000


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(lambda: progressive(20_000), id="a megabyte of them"),
        pytest.param(lambda: progressive(100, b"\xff\xfe\x00\x04\xff\xd9"), id="with false ends"),
        pytest.param(lambda: progressive(100, b"\xff" * 9), id="with padding"),
        pytest.param(lambda: progressive(100, b"\x00\xff\xd7"), id="with restarts"),
        pytest.param(lambda: b"\xff\xd8" + b"\xff\xfe\x00\x02" * 2_500_000, id="of comments"),
    ],
)
async def test_an_endless_jpeg_is_unreadable_at_once(
    processor: PillowImageProcessor, bomb: Callable[[], bytes]
) -> None:
    content = bomb()
    began = time.monotonic()

    with pytest.raises(UnreadableImage):
        await processor.first_look(content)

    assert time.monotonic() - began < 2


async def test_forty_megapixels_with_transparency_fit_into_a_child(
    processor: PillowImageProcessor,
) -> None:
    image = Image.new("RGBA", (8000, 5000), (10, 20, 30, 128))

    pictures = await processor.renditions(encoded(image, "WEBP", method=0))

    assert [each.edge for each in pictures] == [160, 320, 640, 1280, 2048]


@pytest.mark.parametrize(
    "format", ["TIFF", "GIF", "BMP", "ICO", "PPM", "EPS", "PDF", "TGA", "AVIF", "JPEG2000", "SGI"]
)
async def test_no_other_format_is_read(processor: PillowImageProcessor, format: str) -> None:
    content = encoded(arrow(100, 100), format)

    with pytest.raises(UnreadableImage):
        await processor.first_look(content)


@pytest.mark.parametrize(
    "disguised",
    [
        b"\x89PNG\r\n\x1a\n<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xff\xd8\xff<?php system($_GET[0]); ?>",
        b"RIFF\x00\x00\x00\x00WEBP<html><script>alert(1)</script></html>",
        b"RIFF\xff\xff\xff\xffWEBPVP8X\xff\xff\xff\xff",
        b"\xff\xd8\xff\xe0" + b"\xff" * 10_000,
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 10_000,
        b"\xff\xd8\xff",
        b"GIF89a\xff\xd8\xff",
        b"PK\x03\x04",
        b"%PDF-1.7 \xff\xd8\xff",
    ],
    ids=lambda content: repr(content[:14]),
)
async def test_what_only_begins_like_an_image_is_unreadable(
    processor: PillowImageProcessor, disguised: bytes
) -> None:
    for ask in (processor.first_look, processor.renditions):
        with pytest.raises(UnreadableImage):
            await ask(disguised)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.95])
async def test_a_truncated_image_is_unreadable(
    processor: PillowImageProcessor, format: str, kept: float
) -> None:
    noise = Image.effect_noise((300, 300), 100).convert("RGB")
    content = encoded(noise, format)

    for ask in (processor.first_look, processor.renditions):
        with pytest.raises(UnreadableImage):
            await ask(content[: int(len(content) * kept)])


MUTABLE = {
    format: encoded(arrow(64, 48), format, exif=exif(6))
    for format in ("JPEG", "PNG", "WEBP", "HEIF")
}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    format=st.sampled_from(sorted(MUTABLE)),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=12),
)
async def test_flipped_bytes_are_read_or_refused(
    processor: PillowImageProcessor, format: str, flips: list[tuple[float, int]]
) -> None:
    content = bytearray(MUTABLE[format])
    for place, change in flips:
        content[int(place * len(content))] ^= change

    try:
        look = await processor.first_look(bytes(content))
    except (UnreadableImage, ImageTooLarge):
        return

    assert decoded(look.preview).size == (look.preview_width, look.preview_height)


def test_of_a_thousand_broken_images_none_does_harm(tmp_path: Path) -> None:
    """All in one child, which would be gone after the first that does more than be refused."""
    for format, content in MUTABLE.items():
        (tmp_path / format).write_bytes(content)
    real = Path(sys.modules[PillowImageProcessor.__module__].__file__ or "").with_name("child.py")
    script = f"""
import random, runpy, sys, warnings
from pathlib import Path
from PIL import Image
child = runpy.run_path({str(real)!r})
child["prepare"]()
originals = [path.read_bytes() for path in sorted(Path({str(tmp_path)!r}).iterdir())]
child["shut_the_doors"](but_for_threads=True)
chance, told = random.Random(20300101), {{}}
for number in range(1000):
    content = bytearray(originals[number % len(originals)])
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] ^= chance.randint(1, 255)
    said, pictures = child["answer"]("first_look", bytes(content))
    assert ("refused" in said) is (pictures == []), said
    told[said.get("refused", "shown")] = told.get(said.get("refused", "shown"), 0) + 1
print(told)
"""

    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)

    assert ran.returncode == 0, ran.stderr.decode()[-1000:]
    told = ast.literal_eval(ran.stdout.decode())
    assert sum(told.values()) == 1000
    assert min(told["shown"], told["unreadable"]) > 100


@pytest.fixture
async def front_door(processor: PillowImageProcessor) -> AsyncIterator[httpx.AsyncClient]:
    """A merchant before a marketplace that is in memory but for its eyes."""
    app = create_app(Marketplace(replace(in_memory(), processor=processor)))
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        said = {
            "email": "sara@example.com",
            "username": "sara",
            "password": "a long sentence is a good password",
            "phone": "0501234567",
            "name": "سارة",
        }
        token = (await client.post("/api/auth/register", json=said)).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        yield client


async def test_what_is_no_image_is_a_refusal_and_never_a_failure(
    front_door: httpx.AsyncClient,
) -> None:
    whole = MUTABLE["JPEG"]
    hostile = {
        b"": 422,
        b"<svg onload='alert(1)'/>": 422,
        grey_png(9000, 9000): 422,
        a_text_bomb(): 422,
        whole[: len(whole) // 2]: 422,
        encoded(arrow(9, 9), "TIFF"): 422,
        encoded(arrow(9, 9), "GIF"): 422,
        b"GIF89a" + whole: 422,
        whole + b"PK\x03\x04<?php system(1) ?>": 201,
        MUTABLE["HEIF"]: 201,
    }

    for content, status in hostile.items():
        form = {"image": ("photo.jpg", content)}
        answer = await front_door.post("/api/merchant/upload-image", files=form)
        assert answer.status_code == status, (content[:30], answer.text)


async def test_a_colour_stands_in_for_the_image(processor: PillowImageProcessor) -> None:
    halves = Image.new("RGBA", (300, 300), (255, 0, 0, 255))
    halves.paste((0, 0, 0, 0), (0, 0, 300, 150))

    plain = await processor.first_look(encoded(Image.new("RGB", (30, 20), "#336699"), "PNG"))
    mixed = await processor.first_look(encoded(halves, "PNG"))

    assert plain.placeholder == "#336699"
    assert mixed.placeholder == "#ff7f7f"


# HEIC, which phones write


async def test_the_largest_photo_of_a_phone_fits_into_a_child(
    processor: PillowImageProcessor,
) -> None:
    image = Image.new("RGB", (5712, 4284), "peru")
    content = encoded(image, "HEIF", enc_params={"preset": "ultrafast"}, tile_size=512)

    pictures = await processor.renditions(content)

    assert [each.edge for each in pictures] == [160, 320, 640, 1280, 2048]


async def test_a_heic_that_lies_about_its_size_is_refused(
    processor: PillowImageProcessor,
) -> None:
    honest = encoded(arrow(), "HEIF")
    place = honest.index(b"ispe") + 8
    for size, refused in ((64, UnreadableImage), (30_000, ImageTooLarge)):
        lie = honest[:place] + struct.pack(">2I", size, size) + honest[place + 8 :]
        with pytest.raises(refused):
            await processor.first_look(lie)


async def test_a_heic_is_turned_as_its_container_says(processor: PillowImageProcessor) -> None:
    """What EXIF says is for information only (ISO/IEC 23008-12, annex A): both would be twice."""
    unturned, content = arrow(), BytesIO()
    unturned.save(content, "HEIF", exif=exif(6))

    look = await processor.first_look(content.getvalue())

    assert (look.width, look.height) == (800, 600)
    assert quarters(look.preview) == UPRIGHT


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.95])
async def test_a_truncated_heic_is_unreadable(processor: PillowImageProcessor, kept: float) -> None:
    content = encoded(Image.effect_noise((300, 300), 100).convert("RGB"), "HEIF")

    with pytest.raises(UnreadableImage):
        await processor.first_look(content[: int(len(content) * kept)])


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become somebody else")
@pytest.mark.parametrize("format", ["JPEG", "HEIF"])
def test_whoever_we_run_as_can_decode(format: str) -> None:
    """The limit on processes binds everybody but root, and a decoder may need a thread."""
    child = Path(sys.modules[PillowImageProcessor.__module__].__file__ or "").with_name("child.py")
    ran = subprocess.run(
        [sys.executable, "-c", CHILD_OF_NOBODY, str(child)],
        input=b"first_look\n" + encoded(arrow(), format),
        capture_output=True,
        check=False,
    )

    assert json.loads(ran.stdout.partition(b"\n")[0])["width"] == 800, ran.stderr


CHILD_OF_NOBODY = """
import os, runpy, sys
import PIL, pillow_heif
child = runpy.run_path(sys.argv[1])
child["prepare"]()
os.setgroups([]), os.setgid(65534), os.setuid(65534)
child["main"]()
"""


# The children


@asynccontextmanager
async def a_processor(child: Path, patience: float = 20.0) -> AsyncIterator[PillowImageProcessor]:
    processor = PillowImageProcessor(child=child, patience=patience)
    try:
        yield processor
    finally:
        processor.close()


@pytest.mark.parametrize(
    "fate",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "import os; os.abort()",
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass",
    ],
)
async def test_a_child_that_dies_of_its_image_makes_it_unreadable(
    tmp_path: Path, fate: str
) -> None:
    child = tmp_path / "child.py"
    child.write_text(f"import sys; sys.stdin.buffer.read()\n{fate}")

    async with a_processor(child) as processor:
        with pytest.raises(UnreadableImage):
            await processor.first_look(grey_png(10, 10))
        with pytest.raises(UnreadableImage):
            await processor.first_look(grey_png(10, 10))


@pytest.mark.parametrize(
    "fate",
    [
        "import signal; signal.pause()",
        "import os, signal; os.kill(os.getpid(), signal.SIGINT)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    ],
)
async def test_a_child_that_is_stopped_from_outside_says_nothing_of_its_image(
    tmp_path: Path, fate: str
) -> None:
    child = tmp_path / "child.py"
    told = "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL)"
    child.write_text(f"{told}; sys.stdin.buffer.read()\n{fate}")

    async with a_processor(child, patience=1) as processor:
        with pytest.raises(DecoderInterrupted):
            await processor.first_look(grey_png(10, 10))


async def test_a_child_does_not_hear_the_terminal_of_its_server() -> None:
    processor = PillowImageProcessor()
    try:
        await processor.first_look(grey_png(10, 10))
        ours = [each for each in psutil.Process().children() if "child.py" in each.cmdline()[-1]]

        assert ours
        assert all(os.getsid(each.pid) == each.pid for each in ours)
    finally:
        processor.close()


async def test_a_child_without_pillow_is_not_the_fault_of_the_image(tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text("import no_such_library")

    async with a_processor(child) as processor:
        with pytest.raises(RuntimeError, match="no_such_library"):
            await processor.first_look(grey_png(10, 10))


async def test_a_child_is_told_no_secret_and_can_do_nothing_but_decode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "the secret key")
    real = Path(sys.modules[PillowImageProcessor.__module__].__file__ or "").with_name("child.py")
    child = tmp_path / "child.py"
    child.write_text(
        f"""
import json, os, runpy, socket, subprocess, sys
child = runpy.run_path({str(real)!r})
child["shut_the_doors"]()
def can(attempt):
    try:
        attempt()
    except (OSError, MemoryError):
        return False
    return True
able = {{
    "open": can(lambda: open("/etc/passwd")),
    "write": can(lambda: open({str(tmp_path / "written")!r}, "w")),
    "connect": can(lambda: socket.socket()),
    "run": can(lambda: subprocess.run(["true"])),
    "fill": can(lambda: bytearray(2**30)),
}}
raise SystemExit(json.dumps([able, sorted(os.environ)]))
"""
    )

    async with a_processor(child) as processor:
        with pytest.raises(RuntimeError) as told:
            await processor.first_look(grey_png(10, 10))

    able, environment = json.loads(str(told.value).partition(": ")[2])
    assert able == dict.fromkeys(["open", "write", "connect", "run", "fill"], False)
    assert set(environment) <= {"LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH"}


async def test_at_most_three_images_are_decoded_at_the_same_time(tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text(
        f"""
import os, sys, time
from pathlib import Path
if not sys.stdin.buffer.readline():
    raise SystemExit
mark = Path({str(tmp_path)!r}) / f"running-{{os.getpid()}}"
mark.touch()
most = 0
until = time.monotonic() + 0.2
while time.monotonic() < until:
    most = max(most, len(list(mark.parent.glob("running-*"))))
mark.unlink()
(mark.parent / f"most {{os.getpid()}}={{most}}").touch()
print('{{"refused": "unreadable"}}')
"""
    )

    async with a_processor(child) as processor:
        crowd = [processor.first_look(grey_png(10, 10)) for _ in range(6)]
        answers = await asyncio.gather(*crowd, return_exceptions=True)

    assert [type(each) for each in answers] == [UnreadableImage] * 6
    [(_, _, names)] = os.walk(tmp_path)
    most = [name.partition("=")[2] for name in names if name.startswith("most ")]
    assert len(most) == 6
    assert set(most) <= {"1", "2", "3"}


async def test_a_child_that_died_while_it_waited_is_replaced(
    processor: PillowImageProcessor,
) -> None:
    await processor.first_look(grey_png(10, 10))
    [waiting] = processor._ahead
    waiting.kill()
    waiting.wait()

    look = await processor.first_look(grey_png(20, 10))

    assert (look.width, look.height) == (20, 10)


async def test_no_child_outlives_its_processor() -> None:
    processor = PillowImageProcessor()
    await processor.first_look(grey_png(10, 10))
    [waiting] = processor._ahead

    processor.close()

    assert waiting.returncode is not None


def test_no_child_outlives_a_server_that_was_killed() -> None:
    """The end of its input tells a waiting child that nobody is there any more."""
    server = subprocess.run(
        [
            sys.executable,
            "-c",
            "import asyncio, os, signal\n"
            "from marketplace.adapters.pillow import PillowImageProcessor\n"
            "from tests.unit.contracts.image_processor import grey_png\n"
            "processor = PillowImageProcessor()\n"
            "asyncio.run(processor.first_look(grey_png(10, 10)))\n"
            "print(processor._ahead[0].pid, flush=True)\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n",
        ],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        check=False,
    )
    child = int(server.stdout)

    until = time.monotonic() + 10
    while Path(f"/proc/{child}/cmdline").exists() and Path(f"/proc/{child}/cmdline").read_bytes():
        assert time.monotonic() < until
        os.sched_yield()
