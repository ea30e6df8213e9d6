"""Who may ask: keys with scopes and limits, the hosts and sites that requests come from, content types."""

from tokenquote.http.access.asker import Asker, find_asker
from tokenquote.http.access.gate import Gate
from tokenquote.http.access.key_file import KeyFileError
from tokenquote.http.access.key_ring import KeyRing, Looked
from tokenquote.http.access.keys import Keys
from tokenquote.http.access.origins import is_loopback

__all__ = ["Asker", "Gate", "KeyFileError", "KeyRing", "Keys", "Looked", "find_asker", "is_loopback"]
