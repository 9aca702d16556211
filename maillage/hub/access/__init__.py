"""Who may speak to the hub: researchers by token or link, nodes by signature."""
