"""Tool definitions and output schemas as models see them."""
