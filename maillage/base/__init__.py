"""What every floor stands on: errors, time, ids, canonical JSON, keys, settings, French formats."""
