"""The meaning of the cohort language, case by case; see README.md."""
