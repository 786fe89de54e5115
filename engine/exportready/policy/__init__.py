"""Decide what follows from outcomes: verdict and exit code, waivers, the baseline, expiry, open questions."""
