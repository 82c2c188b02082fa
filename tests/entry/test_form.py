"""The form of a branch: what it asks, what it shows, and that it works posted whole."""

import pytest

from tests.entry.world import World, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build()


def address(world: World, star: str = "civility", branch=None, **query) -> str:
    tail = "".join(f"&{name}={value}" for name, value in query.items())
    return f"{world.base}/entry/branches/{(branch or world.branches[0]).code}/?star={star}{tail}"


def test_smoke(client, world):
    client.force_login(world.clerk)

    response = client.get(address(world))

    text = response.content.decode()
    open("/tmp/team/form-smoke.html", "w").write(text)
    assert response.status_code == 200
