"""Languages that come to settings: Nix and Terraform."""
