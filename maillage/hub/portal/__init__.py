"""The pages: ask, watch, read. Server-rendered; they work without JavaScript and get livelier with it."""
