"""What the files of a catalog may say: one module for each file or kind of rule."""
