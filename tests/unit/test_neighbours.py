"""Which files of a repository are worth reading for a review."""

from confaudit.operator_files.neighbours import related

TREE = {
    "helmfile.yaml": b"environments: {prod: {values: [env/{{ .Environment.Name }}.yaml]}}",
    "releases/coder.yaml": b"chart: coder/coder\nvalues: [../shared/all.yaml, ./own/x.yaml]\n",
    "releases/beside.yaml": b"values: [${path.module}/../deep/y.tfvars, ../deep/y.tfvars]\n",
    "shared/all.yaml": b"include: further/z.yaml\n",
    "shared/further/z.yaml": b"a: 1\n",
    "deep/y.tfvars": b"a = 1\n",
    "units/coder.service": b"[Service]\nEnvironmentFile=/etc/own.env\nExecStart=/bin/coder server",
    "etc/own.env": b"A=1\n",
    "env/prod.yaml": b"a: 1\n",
    "apps/one/values.yaml": b"a: 1\n",
    "apps/one/kustomization.yaml": b"resources: [deploy.yaml]\n",
    "apps/one/deploy.yaml": b"image: nginx\n",
}


def test_what_speaks_of_coder_what_lies_beside_it_and_what_these_point_to():
    far = {"apps/one/values.yaml", "apps/one/deploy.yaml", "env/prod.yaml"}
    assert {*TREE} - related(TREE) == far
    speaking = {**TREE, "helmfile.yaml": TREE["helmfile.yaml"] + b"\n# coder/coder\n"}
    assert {*TREE} - related(speaking) == far - {"env/prod.yaml"}
