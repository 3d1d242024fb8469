variable "chart_version" { default = "2.31.4" }
resource "helm_release" "again" {
  chart   = "coder"
  version = var.chart_version
  values = [<<EOF
coder:
  env:
    - name: CODER_SWAGGER_ENABLE
      value: "${var.swagger}"
    - name: CODER_UPDATE_CHECK
      value: "false"
EOF
  ]
}
