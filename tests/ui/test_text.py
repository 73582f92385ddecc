from core.ui.text import as_size


def test_a_small_file_has_a_size_too():
    assert [as_size(each) for each in (900, 41_500, 99_999, 100_000, 2_940_000)] == [
        "0.9 kB",
        "41.5 kB",
        "100.0 kB",
        "0.1 MB",
        "2.9 MB",
    ]
