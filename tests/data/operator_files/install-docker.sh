#!/bin/sh
set -euo pipefail
export CODER_ACCESS_URL=https://coder.example.com
TAG=v2.31.0
sudo bash -c 'cat > /etc/coder.d/coder.env <<EOF
CODER_PG_CONNECTION_URL=postgres://coder:planted-secret@db/coder
CODER_OIDC_ROLE_FIELD=x
EOF'
printf '%s\n' "CODER_VERBOSE=true" "CODER_TELEMETRY=false" | sudo tee -a /etc/coder.d/coder.env
docker run -d -e CODER_ACCESS_URL --env-file /etc/coder.d/coder.env "ghcr.io/coder/coder:$TAG"
