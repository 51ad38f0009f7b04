"""The proof of a recommendation: the lean image made out of the fat one's bytes, checked, run beside it, and traced."""
