"""Variables that Flux fills in after it has built what a Kustomization applies."""

from tests.tables import every_row
from tests.unit.file_texts import read_together

FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: coder}
spec:
  path: ./apps/coder
  postBuild: {substitute: {DOMAIN: example.com}, substituteFrom: [SOURCES]}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: coder}
spec:
  template:
    spec:
      containers:
        - image: ghcr.io/coder/coder:${VERSION:=v2.30.0}
          env:
            - {name: CODER_ACCESS_URL, value: "https://coder.${DOMAIN}"}
            - {name: CODER_A, value: "${ISSUER}"}
            - {name: CODER_B, value: "${LATER:-d}"}
"""
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cluster}\ndata: {ISSUER: 'https://i'}\n"
FROM_MAP, FROM_SECRET = "{kind: ConfigMap, name: cluster}", "{kind: Secret, name: other}"
URL = "https://coder.example.com"
IN_FOLDERS = ("clusters/flux.yaml", "apps/coder/d.yaml", "clusters/map.yaml")


@every_row(
    ("sources", "names", "version", "expected"),
    [
        ("", IN_FOLDERS, "2.30.0", [URL, "", "d"]),
        (FROM_MAP, IN_FOLDERS, "2.30.0", [URL, "https://i", "d"]),
        (f"{FROM_MAP}, {FROM_SECRET}", IN_FOLDERS, "", [URL, None, "d"]),
        (f"{FROM_SECRET}, {FROM_MAP}", IN_FOLDERS, "", [URL, "https://i", "d"]),
        (FROM_MAP, ("flux.yaml", "d.yaml", "map.yaml"), "", [URL, "https://i", "d"]),
        (FROM_MAP, ("a/flux.yaml", "apps/other/d.yaml", "a/map.yaml"), "", [None, None, "d"]),
    ],
)
def test_what_is_filled_in(sources, names, version, expected):
    texts = (FLUX.replace("SOURCES", sources), DEPLOYMENT, MAP)
    (one,) = read_together(dict(zip(names, texts, strict=True))).found
    assert [given.value for given in one.operator.given] == expected
    assert one.operator.version == version
    assert [given.position.line for given in one.operator.given] == [10, 11, 12]


def test_what_says_the_variables_is_no_file_without_use():
    texts = {"flux.yaml": FLUX.replace("SOURCES", FROM_MAP), "d.yaml": DEPLOYMENT, "map.yaml": MAP}
    assert read_together(texts).notes == ()


def test_what_is_filled_in_from_elsewhere_is_told():
    texts = {"flux.yaml": FLUX.replace("SOURCES", FROM_SECRET), "d.yaml": DEPLOYMENT}
    (note,) = read_together(texts).notes
    assert note.startswith("flux.yaml, line 6: ")
    assert "Secret other" in note
