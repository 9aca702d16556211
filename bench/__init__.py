"""Speed and size, measured in one run on one machine; `make bench` writes what it finds."""
