"""The time of a cohort expression as a drawing (SVG): entry, observation, windows, exit."""

from maillage.cohort.explain.timeline.draw import draw_timeline

__all__ = ["draw_timeline"]
