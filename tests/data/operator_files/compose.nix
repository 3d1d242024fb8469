{ pkgs, ... }:
let
  file = pkgs.writeText "compose.yml" ''
    services:
      coder:
        image: ghcr.io/coder/coder:2.33.9
        environment:
          # CODER_NOT_SET: "x"
          CODER_ACCESS_URL: "https://ide.example.com"
          CODER_CACHE_DIRECTORY: "${pkgs.coder}/cache"
          CODER_OIDC_CLIENT_ID: "''${CLIENT:-ide}"
  '';
in {
  systemd.services.coder.environment = {
    CODER_VERBOSE = "true";
    CODER_PATH = "${pkgs.path}/x";
  };
}
