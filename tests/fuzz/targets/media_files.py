"""Headers of images, audio and videos; what begins with `data:` is the text as it is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.fuzz.target import Target, must_say
from tests.media import made_files

from tokenquote.media.headers import HeaderError, read_audio_header, read_image_header, read_video_header

_IMAGES = (
    made_files.png(300, 200), made_files.png(3, 2, (b"acTL", bytes(8)), (b"IDAT", bytes(4))),
    made_files.jpeg(300, 200), made_files.jpeg(300, 200, 6, 500), made_files.gif(3, 2, 2),
    made_files.bmp(3, 2), made_files.os2_bmp(3, 2), made_files.webp_extended(3, 2, 2),
    made_files.webp_lossy(3, 2), made_files.tiff(3, 2), made_files.tiff(3, 2, 6, ">"),
    made_files.heif(300, 200, turns=1), made_files.heif(30, 20, brand=b"avif"),
    *(made_files.pillow(kind) for kind in ("PNG", "JPEG", "GIF", "WEBP")),
)  # fmt: skip
_SOUNDS = (
    made_files.wav(0.1), made_files.wav_claiming(100, 50), made_files.mp3(3),
    made_files.mp3_with_index(3, 100), made_files.id3(b"TIT2\0\0\0\2\0\0\0a", 100),
    made_files.flac(44_100, there=500), made_files.ogg_opus(1, 2), made_files.m4a(1, there=200),
)  # fmt: skip
_VIDEOS = (made_files.mp4(3, 320, 200), made_files.mp4(3, 320, 200, audio=False, turned=True))
_TEXTS = (
    b"data:image/png;base64," + made_files.encoded(made_files.png(3, 2)).encode(),
    b"data:,",
    b"data:;base64,A",
)


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
    return _make((read_audio_header, read_video_header), (*_SOUNDS, *_VIDEOS))
