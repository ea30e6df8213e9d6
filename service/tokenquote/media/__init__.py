"""Images, audio, videos and documents to tokens, by the rules that their providers publish.

An item (items.py) has a size or a length that is stated, read from its header (headers/), or not known;
nothing is ever decoded. item_counts.py counts it by the rules of its model, which the catalog holds.
limits.py says whether the provider would refuse it.
"""

from tokenquote.media.headers import DocumentBudget, HeaderError
from tokenquote.media.item_counts import MissingRule, count_item, count_speech, extrapolate_text
from tokenquote.media.items import Audio, Document, Image, Item, Length, Video
from tokenquote.media.limits import describe_wrong_label, find_refusal

__all__ = [
    "Audio",
    "Document",
    "DocumentBudget",
    "HeaderError",
    "Image",
    "Item",
    "Length",
    "MissingRule",
    "Video",
    "count_item",
    "count_speech",
    "describe_wrong_label",
    "extrapolate_text",
    "find_refusal",
]
