"""What your code imports: the review domain."""
