"""What all questions of the wire have in common: where an error lies, and what their media come to."""
