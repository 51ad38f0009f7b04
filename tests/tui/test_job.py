"""Work beside the screen: its latest step, and exactly one last answer."""

import threading

from layerscope.core.errors import Cancelled, ImageError
from layerscope.tui.job import Job, Step
from tests.support.patience import PATIENCE


class Answers:
    """Collects answers and lets a test wait for the first."""

    def __init__(self):
        self.all: list[object] = []
        self.first = threading.Event()

    def __call__(self, answer):
        self.all.append(answer)
        self.first.set()

    def wait(self):
        assert self.first.wait(PATIENCE)
        return self.all


def test_the_result_is_the_one_answer():
    answers = Answers()
    Job(lambda progress: 42, answers)
    assert answers.wait() == [42]


def test_an_error_is_the_one_answer():
    answers, error = Answers(), ImageError("broken")
    Job(lambda progress: (_ for _ in ()).throw(error), answers)
    assert answers.wait() == [error]


def test_work_that_finds_itself_cancelled_answers_stopped():
    def work(progress):
        raise Cancelled("stopped")

    answers = Answers()
    Job(work, answers)
    assert [type(answer) for answer in answers.wait()] == [Cancelled]


def test_only_the_latest_of_many_steps_is_kept():
    def work(progress):
        for done in range(100_000):
            progress("reading", done, 100_000)

    answers = Answers()
    job = Job(work, answers)
    answers.wait()
    assert job.latest == Step("reading", 99_999, 100_000)


def test_cancelling_answers_at_once_and_stops_the_work_at_its_next_step():
    go_on, ended = threading.Event(), threading.Event()

    def work(progress):
        try:
            go_on.wait(PATIENCE)
            progress("one step more", 1, None)
        finally:
            ended.set()

    answers = Answers()
    job = Job(work, answers)
    job.cancel()
    assert [type(answer) for answer in answers.all] == [Cancelled]
    go_on.set()
    assert ended.wait(PATIENCE)
    job.cancel()
    assert [type(answer) for answer in answers.all] == [Cancelled]
    assert job.latest == Step("", 0, None)
