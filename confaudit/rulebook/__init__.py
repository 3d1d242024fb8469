"""Rules as data: YAML files become advisories; errors name file, line and key."""
