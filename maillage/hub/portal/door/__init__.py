"""Coming in and going out: the proofs that the door takes, invitations, Pro Santé Connect."""
