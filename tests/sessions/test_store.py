from app.sessions import MemoryStore, Record


async def test_a_record_is_kept_touched_and_forgotten():
    store = MemoryStore()
    await store.put("a", Record(b"sealed", 1.0, 1.0))
    assert await store.get("a") == Record(b"sealed", 1.0, 1.0)
    await store.touch("a", 5.0)
    assert await store.get("a") == Record(b"sealed", 1.0, 5.0)
    await store.put("a", Record(b"other", 2.0, 2.0))
    assert await store.all() == {"a": Record(b"other", 2.0, 2.0)}
    await store.delete("a")
    assert await store.get("a") is None
    assert await store.all() == {}


async def test_what_is_not_there_is_no_error():
    store = MemoryStore()
    await store.touch("none", 1.0)
    await store.delete("none")
    assert await store.get("none") is None


async def test_the_list_of_all_is_a_copy():
    store = MemoryStore()
    await store.put("a", Record(b"", 1.0, 1.0))
    (await store.all()).clear()
    assert await store.get("a") is not None


def test_what_is_sealed_is_in_no_repr():
    assert "sealed" not in repr(Record(b"sealed octets", 1.0, 2.0))
