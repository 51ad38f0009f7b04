from shop.__main__ import Health


def test_the_shop_is_well() -> None:
    assert Health().status == "OK"
