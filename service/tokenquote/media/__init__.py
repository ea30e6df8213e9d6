"""Pictures, sound, clips and documents to tokens, by the rules that their providers publish; sizes from
headers, nothing ever decoded.
"""

from tokenquote.media.audio import count_audio
from tokenquote.media.documents import DocumentCount, count_document
from tokenquote.media.headers.audio import AudioHeader, read_audio_header
from tokenquote.media.headers.base64_file import HeaderError
from tokenquote.media.headers.images import ImageHeader, ImageSize, read_image_header
from tokenquote.media.headers.pdf_pages import PageSize, PdfPages, read_pdf_pages
from tokenquote.media.headers.video import FilmHeader, read_film_header
from tokenquote.media.images import ImageCount, ImageRefused, count_image, details_of
from tokenquote.media.images.unsized import count_image_of_unknown_size
from tokenquote.media.video import VideoCount, count_video

__all__ = [
    "AudioHeader",
    "DocumentCount",
    "FilmHeader",
    "HeaderError",
    "ImageCount",
    "ImageHeader",
    "ImageRefused",
    "ImageSize",
    "PageSize",
    "PdfPages",
    "VideoCount",
    "count_audio",
    "count_document",
    "count_image",
    "count_image_of_unknown_size",
    "count_video",
    "details_of",
    "read_audio_header",
    "read_film_header",
    "read_image_header",
    "read_pdf_pages",
]
