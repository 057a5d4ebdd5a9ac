"""Rehearsing: the shell on simulated hosts, the procedures, and playing one from start to finish."""
