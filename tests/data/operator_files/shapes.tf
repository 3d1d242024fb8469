locals { image = "ghcr.io/coder/coder:v2.8.5" } // one line
/* CODER_IN_A_COMMENT = "1" */
resource "kubernetes_config_map" "coder" {
  data = {
    CODER_ACCESS_URL = "https://ide.${var.domain}"
    CODER_VERBOSE    = "true" # note
    CODER_OIDC_GROUP_MAPPING = <<-EOT
      {"a": "b"}
      EOT
    CODER_VERBOSE    = true
    CODER_GENERATED  = random_password.x.result
    CODER_PRODUCT    = "a" + var.b
  }
}
resource "helm_release" "coder" {
  values = [yamlencode({ coder = { env = [
    { name = "CODER_HTTP_ADDRESS", value = "0.0.0.0:80" },
    { name = "CODER_PG_CONNECTION_URL", valueFrom = { secretKeyRef = { name = "db" } } },
  ] } })]
  set {
    name  = "coder.env[2].name"
    value = "CODER_WILDCARD_ACCESS_URL"
  }
  set {
    name  = "coder.env[2].value"
    value = "*.example.com"
  }
}
resource "docker_container" "coder" {
  env = ["CODER_TLS_ENABLE=false", "CODER_URL_OF=${var.url}"]
}
