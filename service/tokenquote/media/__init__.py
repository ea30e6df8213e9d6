"""Images, sounds, clips and documents to tokens, by the rules that their providers publish.

An item (items.py) has a size or a length that is stated, read from its header (headers/), or not known;
nothing is ever decoded. item_counts.py counts it by the rules of its model: images/ by their sides, audio.py
and video.py by the second, documents.py by the page. limits.py says whether the provider would refuse it.
"""

from tokenquote.media.headers import DocumentBudget, HeaderError
from tokenquote.media.image_sizes import ImageRefused, ImageSize
from tokenquote.media.images import details_of, is_shrunk
from tokenquote.media.item_counts import ItemCount, MissingRule, count_item, count_speech, text_of_pages
from tokenquote.media.items import Clip, Document, Item, Length, Picture, Sound
from tokenquote.media.limits import refusal_of, wrong_label

__all__ = [
    "Clip",
    "Document",
    "DocumentBudget",
    "HeaderError",
    "ImageRefused",
    "ImageSize",
    "Item",
    "ItemCount",
    "Length",
    "MissingRule",
    "Picture",
    "Sound",
    "count_item",
    "count_speech",
    "details_of",
    "is_shrunk",
    "refusal_of",
    "text_of_pages",
    "wrong_label",
]
