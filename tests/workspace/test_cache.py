import threading
import time

import pytest

from core.workspace.files.cache import Cache

pytestmark = pytest.mark.sqlite


def test_what_is_kept_is_made_once(tmp_path):
    cache = Cache(tmp_path)
    made = []

    def make():
        made.append(1)
        return b"content"

    assert cache.get("abcd", "thumbnail") is None
    assert cache.get_or_make("abcd", "thumbnail", make) == b"content"
    assert Cache(tmp_path).get_or_make("abcd", "thumbnail", make) == b"content"
    assert len(made) == 1


def test_threads_that_ask_at_once_make_it_once(tmp_path):
    cache = Cache(tmp_path)
    made = []

    def make():
        made.append(1)
        time.sleep(0.1)
        return b"content"

    threads = [threading.Thread(target=cache.get_or_make, args=("abcd", "x", make)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_forgetting_takes_everything_of_one_image(tmp_path):
    cache = Cache(tmp_path)
    cache.put("abcd", "x", b"1")
    cache.put("abce", "x", b"2")
    cache.forget("abcd")
    cache.forget("never there")
    assert cache.get("abcd", "x") is None
    assert cache.get("abce", "x") == b"2"


def test_a_failure_is_passed_on_and_nothing_is_kept(tmp_path):
    cache = Cache(tmp_path)

    def fail():
        raise ValueError("no")

    with pytest.raises(ValueError):
        cache.get_or_make("abcd", "x", fail)
    assert cache.get_or_make("abcd", "x", lambda: b"later") == b"later"


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, caplog):
    (tmp_path / "file").write_bytes(b"")
    cache = Cache(tmp_path / "file")
    assert cache.get_or_make("abcd", "x", lambda: b"content") == b"content"
    assert "x of abcd is not kept" in caplog.text
