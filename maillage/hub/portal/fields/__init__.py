"""Forms made from what an analysis declares: fields as people fill them in, parameters as JSON, and back."""
