"""The hub: where questions are asked and answers meet. A Django project that the group runs once."""
