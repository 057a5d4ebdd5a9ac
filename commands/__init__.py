"""The emulated tools, one package each; every one can be deleted without touching the others."""
