"""The committee's check of a combined result, before its requester sees it."""
