"""What a pack must show before it is published: lint, legal guards, worked cases, boundaries, mutants."""
