"""What Coder is: option types, parsing, start-up semantics, releases, endpoints, names."""
