"""Puts one frame around what each document of the web page has of its own, so that it is written once.

A document's file has a `<head>` and a `<main>`; the frame has a comment in the place of each.
"""

from __future__ import annotations

__all__ = ["FRAME", "frame_document"]

FRAME = "frame/frame.html"
"""The file of the frame, which is no document itself."""
_HEAD = "    <!-- what the document has in its head -->\n"
_MAIN = "    <!-- what the document shows -->\n"
_HEAD_BEGINS, _HEAD_ENDS = "<head>\n", "</head>\n"


def frame_document(frame: str, document: str, path: str) -> str:
    """Return a whole document.

    Args:
        frame: the file of the frame.
        document: the file of the document.
        path: the path under which it is served, whose link in the frame is marked as the current one.

    Raises:
        ValueError: one of the files lacks a part, or the frame has no link to the path.
    """
    head, main = _read_parts(document)
    link = f'<a href="{path}" data-t='
    whole = _replace_once(frame, link, f'<a href="{path}" aria-current="page" data-t=')
    return _replace_once(_replace_once(whole, _HEAD, head), _MAIN, main)


def _read_parts(document: str) -> tuple[str, str]:
    """Return what a document has in its head, and what it shows."""
    head, end, main = document.removeprefix(_HEAD_BEGINS).partition(_HEAD_ENDS)
    if not document.startswith(_HEAD_BEGINS) or not end:
        raise ValueError("a document of the page begins with its <head>, and its <main> follows")
    return head, main


def _replace_once(text: str, part: str, by: str) -> str:
    if text.count(part) != 1:
        raise ValueError(f"the frame of the page has {part.strip()!r} {text.count(part)} times, and not once")
    return text.replace(part, by)
