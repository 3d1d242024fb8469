{ config, lib, pkgs, ... }:
let
  domain = "ide.example.com";
in
{
  services.coder = {
    enable = true;
    accessUrl = "https://${domain}";
    wildcardAccessUrl = "*.${domain}";
    listenAddress = "127.0.0.1:3000";
    environment.extra = {
      CODER_VERBOSE = true;
    } // lib.optionalAttrs config.services.mail.enable { CODER_EMAIL_FROM = "ide@example.com"; };
    environment.file = "/run/secrets/coder.env";
  };
}
