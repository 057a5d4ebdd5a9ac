"""Transcripts: raw logs of sessions, parsed, replayed against the emulated tools, and compared."""
