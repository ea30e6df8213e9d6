"""Pictures, sound, clips and documents to tokens, by the rules that their providers publish; sizes from
headers, nothing ever decoded.
"""

from tokenquote.media.audio import count_audio
from tokenquote.media.documents import DocumentCount, count_document
from tokenquote.media.image_headers import HeaderError, ImageSize, size_of_image
from tokenquote.media.images import ImageCount, ImageRefused, count_image, details_of
from tokenquote.media.unsized import count_image_of_unknown_size
from tokenquote.media.video import VideoCount, count_video

__all__ = [
    "DocumentCount",
    "HeaderError",
    "ImageCount",
    "ImageRefused",
    "ImageSize",
    "VideoCount",
    "count_audio",
    "count_document",
    "count_image",
    "count_image_of_unknown_size",
    "count_video",
    "details_of",
    "size_of_image",
]
