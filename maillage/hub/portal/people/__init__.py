"""The office's pages: who has an account, in which role, until when."""
