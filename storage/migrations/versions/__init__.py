"""The revisions, each in a file that is never changed once it is released."""
