"""The register of the patients of this hospital who objected: changed by a person, asked at each question."""
