"""pyramid: who is in a cohort by age and sex at once."""
