"""What Helm installs: values, charts, releases, and what it prints."""
