"""Pictures to tokens, by the rules that their providers publish; sizes from headers, pixels never decoded."""

from tokenquote.media.image_headers import HeaderError, ImageSize, size_of_image
from tokenquote.media.images import ImageCount, ImageRefused, count_image, details_of

__all__ = [
    "HeaderError",
    "ImageCount",
    "ImageRefused",
    "ImageSize",
    "count_image",
    "details_of",
    "size_of_image",
]
