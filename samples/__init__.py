"""Small payloads for the demo, the README and the tests: a package so that installs find them."""
