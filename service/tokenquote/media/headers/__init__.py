"""Sizes and lengths from the headers of files. Nothing is decoded and nothing is fetched."""
