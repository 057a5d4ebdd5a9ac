"""The simulated HSM. It knows no prompt, no vendor wording and no terminal, and imports nothing of ours."""
