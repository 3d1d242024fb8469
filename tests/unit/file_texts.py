"""What texts of operators' files come to, said shortly."""

from confaudit.core.given import Channel, GivenState
from confaudit.operator_files import decode, read_as_one, read_deployments

POD_ENVIRONMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: coder}
spec:
  template:
    spec:
      containers:
        - name: coder
          image: ghcr.io/coder/coder:v2.30.0
          envFrom: [{configMapRef: {name: settings}}]
          env:
"""
"""A server by a manifest, up to where its variables are to follow."""
MARKS = {GivenState.LITERAL: "", GivenState.EMPTY: "", GivenState.UNRESOLVED: "?"}


def told(operator):
    """Each setting as `NAME=value`, `?` where it is a default, its state where it has none."""
    for one in operator.given:
        name = f"--{one.name}" if one.channel is Channel.FLAG else one.name.removeprefix("CODER_")
        known = one.state in MARKS and one.value is not None
        yield f"{name}={MARKS[one.state]}{one.value}" if known else f"{name}:{one.state}"
    yield from ("unseen" for _ in operator.elsewhere)


def read(file, form=None):
    """What one file sets; `form` says what it is, its content otherwise."""
    return read_all([file], [form] if form else [])


def read_all(files, forms=()):
    """What files of one deployment set."""
    return read_as_one(files, forms).operator


def read_together(files, reader=read_deployments):
    """What texts, by the names of their files, come to."""
    return reader([decode(text.encode(), name) for name, text in files.items()])


def deployments(*texts, suffix=""):
    """What texts come to that lie in one folder; each is a text, or a name with one."""
    named = [one if isinstance(one, tuple) else (f"file{suffix}", one) for one in texts]
    return read_deployments([decode(text.encode(), name) for name, text in named])


def settings(*texts, suffix=""):
    (found,) = deployments(*texts, suffix=suffix).found
    return found.operator
