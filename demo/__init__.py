"""A fictional county to try the portal with: its files, its accounts and a printed summary."""
