"""What files of images, audio, videos and documents say of themselves: sizes, lengths and pages.

Each is given as base64 text and read from its header. Nothing is decoded and nothing is fetched, and what a
hostile file may cost is bounded: by its reads (base64_file.py), or by calls (work_limit.py).
"""

from tokenquote.media.headers.audio import read_audio_header
from tokenquote.media.headers.base64_file import HeaderError
from tokenquote.media.headers.documents import PageSize, read_pdf_pages, read_text_file
from tokenquote.media.headers.images import read_image_header
from tokenquote.media.headers.video import VideoHeader, read_video_header
from tokenquote.media.headers.work_limit import DocumentBudget

__all__ = [
    "DocumentBudget",
    "HeaderError",
    "PageSize",
    "VideoHeader",
    "read_audio_header",
    "read_image_header",
    "read_pdf_pages",
    "read_text_file",
    "read_video_header",
]
