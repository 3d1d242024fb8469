"""Helm values that some tests of the commands share."""

VALUES = """\
coder:
  tls: {secretNames: [coder-tls]}
  env:
    - {name: CODER_ACCESS_URL, value: "https://coder.example.com"}
    - {name: CODER_HTTP_ADDRESS, value: ""}
"""
UNRELATED = "    - {name: CODER_DOCS_URL, value: '${DOCS:-https://docs.example.com}'}\n"
