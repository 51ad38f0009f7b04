"""Items by what they have in common."""

from layerscope.core.grouping import grouped


def test_items_of_one_key_are_together_in_their_order() -> None:
    assert grouped(["fig", "apple", "kiwi", "pear"], len) == {3: ["fig"], 5: ["apple"], 4: ["kiwi", "pear"]}
    assert list(grouped("bab", str)) == ["b", "a"]
