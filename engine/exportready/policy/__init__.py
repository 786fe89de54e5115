"""What follows from a result: the gate, waivers, the baseline, expiry, verdicts of batches, open questions."""
