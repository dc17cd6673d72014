"""From consented models to an anonymous edition: sums, noise, and what is made from those alone."""
