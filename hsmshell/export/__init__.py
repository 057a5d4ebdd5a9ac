"""A log as something else: a page to read, a script that types it again."""
