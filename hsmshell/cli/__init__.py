"""The hsmshell command: one file a verb, each imported only when it is used."""
