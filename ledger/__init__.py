"""The record of who changed what: append-only, chained by hashes. Imports no app."""
