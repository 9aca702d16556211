"""Ask: the pages on which a cohort is written in words, and counted while it is."""
