"""What there is to say about a deployment, and whether it matters here and now."""
