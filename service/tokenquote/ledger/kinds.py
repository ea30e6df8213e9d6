"""A request of the ledger as disjoint kinds of token, each of which may have a price of its own."""

from __future__ import annotations

from collections.abc import Mapping

from tokenquote.ledger import NO_MEDIA, CacheUse, MediaUse, Row

__all__ = ["billed_kinds"]


def billed_kinds(row: Row, use: CacheUse, write_kind: str, head: int) -> Mapping[str, int]:
    """The request's tokens by kind.

    Args:
        row: the request.
        use: what it reads from the cache and writes to it.
        write_kind: what written tokens are billed as, media among them.
        head: tokens of tools and system message, which no media are among.
    """
    read = _media_read(row, use, head)
    # What is written is everything that was not read, media among it.
    fresh = row.media.without(read) if not use.write else NO_MEDIA
    return {
        "input": row.input - use.read - use.write - fresh.tokens,
        "input_image": fresh.image,
        "input_audio": fresh.audio,
        "input_video": fresh.video,
        "cache_read": use.read - read.tokens,
        "cache_read_image": read.image,
        "cache_read_audio": read.audio,
        "cache_read_video": read.video,
        write_kind: use.write,
        "output": row.visible - row.spoken,
        "output_audio": row.spoken,
        "output_reasoning": row.reasoning,
    }


def _media_read(row: Row, use: CacheUse, head: int) -> MediaUse:
    """The media in what is read: the share that falls to it where a read ends among messages."""
    if use.read <= head:
        return NO_MEDIA
    read = row.shared_media.share(use.read - head, row.shared - head)
    if use.read <= row.shared:
        return read
    # The answer is read as well, where the provider caches it.
    new = row.media.without(row.shared_media)
    return read + new.share(use.read - row.shared, row.input - row.shared)
