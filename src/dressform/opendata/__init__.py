"""The open dataset: sums over contributions, noise, and editions made from the noisy sums alone."""
