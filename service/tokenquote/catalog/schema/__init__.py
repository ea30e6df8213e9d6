"""What the files of a catalog may say: a module for each file or kind of rule."""
