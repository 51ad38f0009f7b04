"""Jobs run in threads: their results come by number, the first failure ends all, and who waits can give up."""

import threading

import pytest

from layerscope.core.work import Workers, waited


def nothing() -> None:
    """For who only waits."""


@pytest.mark.parametrize("count", [1, 2, 9])
def test_results_come_by_the_number_of_their_job(count: int) -> None:
    workers = Workers([lambda number=number: number * number for number in range(5)], count)
    assert [workers.result(number, nothing) for number in (4, 0, 3, 1, 2)] == [16, 0, 9, 1, 4]


def test_after_a_failure_no_job_is_begun_and_every_result_that_is_missing_raises_it() -> None:
    begun: list[int] = []

    def job(number: int) -> int:
        begun.append(number)
        return 1 // (1 - number)

    workers = Workers([lambda number=number: job(number) for number in range(3)])
    assert workers.result(0, nothing) == 1
    for number in (1, 2):
        with pytest.raises(ZeroDivisionError):
            workers.result(number, nothing)
    workers.join()
    assert begun == [0, 1]


def test_joining_waits_for_what_is_being_done_and_begins_nothing() -> None:
    entered, leave, begun = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        entered.set()
        leave.wait(10)

    workers = Workers([first, begun.set])
    entered.wait(10)
    threading.Timer(0.05, leave.set).start()
    workers.join()
    assert leave.is_set()
    assert not begun.is_set()


def test_who_waits_is_called_all_the_time_and_may_give_up() -> None:
    leave = threading.Event()
    calls = iter(range(3))

    def meanwhile() -> None:
        if next(calls) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        waited(lambda: leave.wait(10), meanwhile)
    leave.set()
    assert waited(lambda: "done", nothing) == "done"
