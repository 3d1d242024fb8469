#!/bin/sh
cat > /etc/systemd/system/coder.service <<UNIT
[Service]
Environment="CODER_ACCESS_URL=https://$HOST_NAME"
Environment=CODER_VERBOSE=true
ExecStart=/usr/bin/coder server
UNIT
echo -e "[Service]\nEnvironment=CODER_TELEMETRY_ENABLE=false\nEnvironment=CODER_UPDATE_CHECK=false" > /etc/systemd/system/coder.service.d/telemetry.conf
