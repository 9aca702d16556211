"""Where a warehouse's rows live and how they are asked: one small interface, one file per engine."""
