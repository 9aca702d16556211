"""The committee's check of combined results, before their requesters see them."""
