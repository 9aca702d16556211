"""several: several analyses of one cohort in one question."""
