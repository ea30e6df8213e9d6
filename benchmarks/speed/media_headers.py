"""Time and memory to size a large image from its header, beside reading all its bytes and decoding it.

Each way runs over the same base64 text, side by side in one run, each in a process of its own for its memory.
Pillow decodes; where it is not installed, that column is left out.
"""

from __future__ import annotations

import base64
import importlib.util
import io
import resource
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

REPEATS = 5


def main() -> None:
    if len(sys.argv) == 3:
        _measure(sys.argv[1], sys.argv[2])
        return
    print("file                          way          ms   beside header   memory MiB")
    for file in FILES:
        header_ms = 0.0
        for way in WAYS:
            if way == "decode" and importlib.util.find_spec("PIL") is None:
                continue
            ms, mebibytes = map(float, _in_a_process(file, way).split())
            header_ms = header_ms or ms
            print(f"{file:28s}  {way:9s}  {ms:8.2f}   {ms / header_ms:9.0f} x   {mebibytes:8.0f}")


def _in_a_process(file: str, way: str) -> str:
    command = [sys.executable, __file__, file, way]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603


def _measure(file: str, way: str) -> None:
    """Print the median time in milliseconds, and the memory that the way took beyond the text."""
    text = base64.b64encode(FILES[file]()).decode()
    run = WAYS[way](text)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(median(times) * 1000, (peak - before) / 1024)


def _header(text: str) -> Callable[[], object]:
    from tokenquote.media.headers import read_image_header

    return lambda: read_image_header(text)


def _read_all(text: str) -> Callable[[], object]:
    return lambda: base64.b64decode(text, validate=True)


def _decode(text: str) -> Callable[[], object]:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    return lambda: Image.open(io.BytesIO(base64.b64decode(text))).load()


def _jpeg() -> bytes:
    """12 megapixels behind 20 MB of colour profile in segments of 64 KiB."""
    output = io.BytesIO()
    if importlib.util.find_spec("PIL") is not None:
        from PIL import Image

        Image.effect_noise((4000, 3000), 60).save(output, "JPEG")
    else:
        output.write(b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 11, 8, 3000, 4000, 1) + b"\x01\x11\x00")
    image = output.getvalue()
    profile = b"\xff\xe2\xff\xff" + b"\xff\xc0" * 32_766 + b"x"
    return image[:2] + profile * (20_000_000 // len(profile)) + image[2:]


def _png() -> bytes:
    """20,000 x 20,000 white pixels of one bit."""
    rows = zlib.compressobj(1)
    row = b"\0" + b"\xff" * 2500
    data = b"".join(rows.compress(row * 1000) for _ in range(20)) + rows.flush()
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)),
        (b"IDAT", data),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


FILES: Mapping[str, Callable[[], bytes]] = {"JPEG of 20 MB": _jpeg, "PNG of 400 megapixels": _png}
WAYS: Mapping[str, Callable[[str], Callable[[], object]]] = {
    "header": _header,
    "read all": _read_all,
    "decode": _decode,
}

if __name__ == "__main__":
    main()
