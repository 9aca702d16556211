"""The group's vocabulary: one release of concepts, hierarchies and maps, with the same ids in every hospital."""
