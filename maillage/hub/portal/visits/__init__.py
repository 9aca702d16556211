"""The log of consultations, for the data protection officer and the auditor."""
