import pytest

from records import Profile, Store

pytestmark = pytest.mark.unit

ANA = Profile(id="PR_1", name="Ana", role="sales", keywords=("price",), projects=("Apollo",))
BEN = Profile(id="PR_2", name="Ben")


async def test_profiles_are_kept_changed_and_forgotten(store: Store) -> None:
    await store.put_profile(BEN)
    await store.put_profile(ANA)
    assert await store.list_profiles() == [ANA, BEN]
    changed = Profile(id="PR_1", name="Ana Berg", keywords=("offer", "price"))
    await store.put_profile(changed)
    assert await store.find_profile("PR_1") == changed
    assert await store.delete_profile("PR_1")
    assert not await store.delete_profile("PR_1")
    assert await store.find_profile("PR_1") is None
