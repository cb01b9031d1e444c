"""
The process that decodes what strangers send: one image, tight limits, no secret, then gone.

It is run by its path and knows nothing of the marketplace. It hears a line with the task, then the
bytes of the image; it answers a line of JSON, then the encoded pictures one after another.
"""

import json
import os
import re
import resource
import sys
import warnings
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pillow_heif
from PIL import Image, ImageCms, MpoImagePlugin, WebPImagePlugin

MOST_PIXELS = 40_000_000
PREVIEW_EDGE = 640
EDGES = (160, 320, 640, 1280, 2048)
MEMORY = 1024 * 1024 * 1024
"""Address space: enough for 40 megapixels with transparency in the hungriest format, WebP."""
SECONDS = 15
"""Of computing. A photo takes about one."""
MOST_SEGMENTS, MOST_SCANS = 2000, 50
"""Of one JPEG. A photo has a hundred at most, ten of them scans: each is a pass over all pixels."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each orientation a camera notes (EXIF 2.32, 4.6.4)."""
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")
"""What begins a segment of a JPEG, or ends the image (ITU T.81, B.1.1.3)."""
_SCAN, _END = b"\xff\xda", b"\xff\xd9"
_SIDEWAYS = (5, 6, 7, 8)
_ORIENTATION = 0x0112
_SRGB = ImageCms.createProfile("sRGB")
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
_PLUGINS = (MpoImagePlugin, WebPImagePlugin)
"""Loaded now, because no file can be opened later. Several photos in one JPEG are an MPO."""


class Encoded(NamedTuple):
    """A finished picture, asked for by its longest edge."""

    edge: int
    width: int
    height: int
    suffix: str
    content: bytes

    @classmethod
    def jpeg(cls, edge: int, image: Image.Image) -> "Encoded":
        content = BytesIO()
        image.save(content, "JPEG", quality=82, optimize=True, progressive=True)
        return cls(edge, image.width, image.height, "jpg", content.getvalue())

    @classmethod
    def webp(cls, edge: int, image: Image.Image) -> "Encoded":
        content = BytesIO()
        image.save(content, "WEBP", quality=80, method=4)
        return cls(edge, image.width, image.height, "webp", content.getvalue())

    @property
    def described(self) -> dict[str, object]:
        """All but the content, and how long that is."""
        return {**self._asdict(), "content": len(self.content)}


def main() -> None:
    prepare()
    task = sys.stdin.buffer.readline().decode().strip()
    if not task:
        return
    content = sys.stdin.buffer.read()
    shut_the_doors(but_for_threads=content[4:8] == b"ftyp")
    said, pictures = answer(task, content)
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
    for picture in pictures:
        sys.stdout.buffer.write(picture.content)


def prepare() -> None:
    """Load and settle what will be needed, before anything of a stranger's is here."""
    # Pillow would load the other plugins with the first image, and that is too late.
    Image.preinit()
    # The picture alone: no thumbnail that shows something else, and nothing that goes with it.
    pillow_heif.register_heif_opener(
        thumbnails=False, depth_images=False, aux_images=False, decode_threads=0
    )
    # Pillow refuses only twice as many; above the limit itself, it warns.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def answer(task: str, content: bytes) -> tuple[dict[str, object], list[Encoded]]:
    """What there is to say of an image, and what was made of it: nothing, if it was refused."""
    try:
        image, orientation = opened(content)
        width, height = image.size
        if orientation in _SIDEWAYS:
            width, height = height, width
        pictures, colour = TASKS[task](image, orientation)
        said: dict[str, object] = {"width": width, "height": height, "colour": colour}
        said["pictures"] = [it.described for it in pictures]
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return {"refused": "too large"}, []
    except Exception as error:
        # A decoder raises what it likes at what it cannot read.
        return {"refused": "unreadable", "why": repr(error)}, []
    return said, pictures


def shut_the_doors(*, but_for_threads: bool = False) -> None:
    """
    No file, no process and no thread from here on; and first to go when memory runs out.

    The decoder of HEIC cannot do without a thread, which to Linux is a process like any other.
    """
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    os.nice(10)
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(limit, (most, most))
    if not but_for_threads:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    # At the first limit a signal says whose fault it was; the second one only kills.
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))


def opened(content: bytes) -> tuple[Image.Image, int]:
    """The image, not decoded yet if it can be helped, and its EXIF orientation."""
    if content.startswith(b"\xff\xd8") and endless(content):
        raise ValueError("an endless JPEG")
    image: Image.Image = Image.open(BytesIO(content), formats=_FORMATS)
    if image.format == "HEIF":
        claimed = image.size
        image.load()
        if image.size != claimed:
            raise ValueError("a HEIC of another size than it says")
        # It is turned already: here the container says how, and EXIF only repeats it.
        return image, 1
    try:
        return image, image.getexif().get(_ORIENTATION, 1)
    except Exception:
        # Metadata is thrown away in any case; only broken pixels matter.
        return image, 1


def endless(jpeg: bytes) -> bool:
    """Whether a few bytes make a lot of work. What follows the image, say a film, is not asked."""
    scans = at = 0
    for _ in range(MOST_SEGMENTS):
        marker = _MARKER.search(jpeg, at)
        if marker is None or marker[0] == _END:
            return scans > MOST_SCANS
        scans += marker[0] == _SCAN
        at = marker.end() + int.from_bytes(jpeg[marker.end() : marker.end() + 2], "big")
    return True


def first_look(image: Image.Image, orientation: int) -> tuple[list[Encoded], str]:
    preview = on_white(shown(image, orientation, PREVIEW_EDGE))
    return [Encoded.jpeg(PREVIEW_EDGE, preview)], average(preview)


def renditions(image: Image.Image, orientation: int) -> tuple[list[Encoded], str]:
    edges = [edge for edge in EDGES if edge <= max(image.size)] or [EDGES[0]]
    picture = shown(image, orientation, edges[-1])
    done: list[Encoded] = []
    for edge in reversed(edges):
        picture.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        done.insert(0, Encoded.webp(edge, picture))
    return done, average(on_white(picture))


TASKS = {"first_look": first_look, "renditions": renditions}


def shown(image: Image.Image, orientation: int, edge: int) -> Image.Image:
    """Upright, sRGB (with transparency or without), at most this long: pixels and nothing else."""
    profile = image.info.get("icc_profile")
    image = mixable(image)
    scale = min(1.0, edge / max(image.size))
    # Not a square: the JPEG decoder takes its shortcut only for a box of the image's own shape.
    box = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    image.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=1.5)
    image = srgb(image, profile)
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
    # Whatever else came with the file stays behind: Pillow would write a JPEG comment again.
    pixels = Image.new(image.mode, image.size)
    pixels.paste(image)
    return pixels


def mixable(image: Image.Image) -> Image.Image:
    """In a mode in which neighbouring pixels can be mixed. A JPEG is, and stays undecoded."""
    if image.mode == "I;16":
        # ``convert`` would cut off everything above 255 of 65,535.
        return Image.frombytes("L", image.size, image.tobytes()[1::2])
    if image.mode in ("1", "P") or "transparency" in image.info:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    colours = image.convert("L" if image.mode == "LA" else "RGB") if alpha else image
    if profile:
        # A profile that is broken, or made for another kind of image, tells nothing.
        with suppress(ImageCms.PyCMSError, OSError):
            colours = (
                ImageCms.profileToProfile(colours, BytesIO(profile), _SRGB, outputMode="RGB")
                or colours
            )
    colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours


def average(image: Image.Image) -> str:
    """All its pixels mixed, as a style sheet writes a colour."""
    return "#" + image.resize((1, 1), Image.Resampling.BOX).tobytes().hex()


def on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


if __name__ == "__main__":
    main()
