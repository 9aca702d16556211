"""The group's vocabulary: releases of concepts, hierarchies and maps, with the same ids everywhere."""
