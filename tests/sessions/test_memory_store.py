from app.sessions import MemoryStore, Record


async def test_nothing_outlives_it():
    store = MemoryStore()
    await store.put("a", Record(b"sealed", 1.0, 1.0))
    await store.close()
    assert store.papers is None
    assert await MemoryStore().get("a") is None


async def test_what_is_asked_for_is_a_copy():
    store = MemoryStore()
    await store.put("a", Record(b"", 1.0, 1.0))
    (await store.some(["a"])).clear()
    assert await store.get("a") is not None
