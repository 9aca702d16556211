"""The people of the group: who they are, and which role each holds, where and until when."""
