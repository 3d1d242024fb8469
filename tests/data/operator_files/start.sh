#!/bin/bash
set -a
. ./coder.env
set +a
CODER_HTTP_ADDRESS=0.0.0.0:3000 exec /usr/local/bin/coder server --access-url "https://$DOMAIN"
