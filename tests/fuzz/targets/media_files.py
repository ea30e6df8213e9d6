"""Headers of images, audio and videos; what begins with `data:` is the text as it is sent."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence

from tests.fuzz.target import Target, must_say
from tests.media import made_files

from tokenquote.media.headers import HeaderError, read_audio_header, read_image_header, read_video_header

_IMAGES = (
    made_files.png(300, 200), made_files.png(3, 2, (b"acTL", bytes(8)), (b"IDAT", bytes(4))),
    made_files.jpeg(300, 200), made_files.jpeg(300, 200, 6, 500), made_files.gif(3, 2, 2),
    made_files.bmp(3, 2), made_files.os2_bmp(3, 2), made_files.webp_extended(3, 2, 2),
    made_files.webp_lossy(3, 2), made_files.tiff(3, 2), made_files.tiff(3, 2, 6, ">"),
    made_files.heif(300, 200, turns=1), made_files.heif(30, 20, brand=b"avif"),
    *(made_files.pillow(kind) for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")),
    *(made_files.turned(kind, 6) for kind in ("PNG", "JPEG", "WEBP")),
    made_files.pillow("WEBP", lossless=True), made_files.pillow("JPEG", progressive=True),
)  # fmt: skip
_SOUNDS = (
    made_files.wav(0.1), made_files.wav_claiming(100, 50), made_files.mp3(3),
    made_files.mp3_with_index(3, 100), made_files.id3(b"TIT2\0\0\0\2\0\0\0a", 100),
    made_files.flac(44_100, there=500), made_files.ogg_opus(1, 2), made_files.m4a(1, there=200),
)  # fmt: skip
_VIDEOS = (
    made_files.mp4(3, 320, 200, there=200),
    made_files.mp4(3, 320, 200, audio=False, turned=True, there=200),
)
_TEXTS = (
    b"data:image/png;base64," + made_files.encoded(made_files.png(3, 2)).encode(),
    b"data:,",
    b"data:;base64,A",
)


def _audio_of_other_kinds() -> Iterator[bytes]:
    """Yield AIFF, the other kinds of Ogg, an MP3 with an index of VBRI, and M4A that names its codec."""
    rate_of_44100 = b"\x40\x0e\xac\x44" + bytes(6)
    common = struct.pack(">4sIhLh", b"COMM", 18, 2, 44_100, 16) + rate_of_44100
    rest = struct.pack(">4sII", b"SSND", 504, 0) + bytes(500)
    for kind, more in ((b"AIFF", b""), (b"AIFC", b"FVER" + struct.pack(">II", 4, 2726318400))):
        yield b"FORM" + struct.pack(">I4s", 1000, kind) + more + common + rest
    flac = made_files.flac(44_100, there=0)
    for head in (
        b"\x01vorbis" + struct.pack("<IBiiiiBB", 0, 2, 44_100, 0, 128_000, 0, 0xB8, 1),
        b"\x7fFLAC\x01\0\0\1" + flac,
        b"Speex   " + bytes(28) + struct.pack("<iiiiii", 16_000, 0, 0, 1, 24_000, 320),
    ):
        end = made_files.ogg_page([bytes(200), bytes(200)], 44_100, 4)
        yield made_files.ogg_page([head], 0, 2) + made_files.ogg_page([b"\x03vorbis" + bytes(9)], 0) + end
    yield (b"\xff\xfb\x90\x00" + bytes(32) + b"VBRI" + struct.pack(">HHHII", 1, 0, 0, 900, 3)).ljust(
        417, b"\0"
    ) + made_files.mp3(3)
    for kind, size in ((b"mp4a", 80), (b"alac", 72)):
        described = made_files.box(b"stsd", bytes(7) + b"\1" + made_files.box(kind, bytes(range(1, size))))
        inner = made_files.box(b"mdia", made_files.box(b"minf", made_files.box(b"stbl", described)))
        yield made_files.m4a(1, there=200) + made_files.box(b"moov", made_files.box(b"trak", inner))


def make_reader(readers: Sequence[Callable[[str], object]]) -> Callable[[bytes], None]:
    """Return what gives content to each reader in base64; each reads it or says why it cannot."""

    def take(content: bytes) -> None:
        is_text = content.startswith(b"data:")
        text = content.decode("latin-1") if is_text else made_files.encoded(content)
        for read in readers:
            try:
                read(text)
            except HeaderError as error:
                must_say(str(error))

    return take


def _make(readers: Sequence[Callable[[str], object]], seeds: Sequence[bytes]) -> Target:
    kept = tuple(seed[:8192] for seed in (*seeds, *_TEXTS))
    return Target(make_reader(readers), kept, seconds=10, most_bytes=8192)


def make_images() -> Target:
    """The reader of images."""
    return _make((read_image_header,), _IMAGES)


def make_sounds() -> Target:
    """The readers of audio and of videos."""
    return _make((read_audio_header, read_video_header), (*_SOUNDS, *_audio_of_other_kinds(), *_VIDEOS))
