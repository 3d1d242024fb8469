"""What a value says of itself where somebody prints it, a debugger or an error."""

import importlib
import pkgutil
from collections.abc import Iterator

import confaudit
from confaudit.notify.mail import Server
from confaudit.reticent import Reticent
from confaudit.sources.http_target import ApiTarget


def kinds(kind: type[Reticent] = Reticent) -> Iterator[type[Reticent]]:
    for one in kind.__subclasses__():
        yield one
        yield from kinds(one)


def test_what_is_not_said_is_a_field():
    for module in pkgutil.walk_packages(confaudit.__path__, "confaudit."):
        if "build_backend" not in module.name and "__main__" not in module.name:
            importlib.import_module(module.name)
    found = [*kinds()]
    assert len(found) > 20
    unknown = {one.__name__: one.unsaid - {*one.__struct_fields__} for one in found}
    assert {name: left for name, left in unknown.items() if left} == {}


def test_a_target_does_not_say_its_token():
    target = ApiTarget(url="https://coder.example.com", token="planted")
    assert "planted" not in repr(target)
    assert "url='https://coder.example.com'" in repr(target)


def test_a_mail_server_does_not_say_its_password():
    shown = {one: "planted" if one == "password" else "x" for one in Server.__struct_fields__}
    assert "planted" not in repr(Server(**shown))
