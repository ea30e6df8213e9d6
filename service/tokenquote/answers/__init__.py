"""The questions beside quotes: tokens of a body, media, memory, models, GPUs."""
