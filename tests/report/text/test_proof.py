"""The verdict of a proof as text: what was run, what was built, and what was not."""

from layerscope.advice.model import Base, Recommendation
from layerscope.core.vocabulary import Rung
from layerscope.proof.containers import Ending, Outcome
from layerscope.proof.ladder import Evidence
from layerscope.proof.model import Proof, Sizes
from layerscope.proof.questions.answers import Answer
from layerscope.report.text.proof import render, render_evidence

HEALTHY = Answer(question="GET http://127.0.0.1:8080/health", status=200, body=b"ok")
PLAN = Recommendation(
    ecosystem="go",
    boundary=None,
    base=Base("scratch", 0, ""),
    copies=(),
    packages=(),
    config=(),
    predicted_size=7_000_000,
    removed=0,
    dockerfile="FROM scratch\n",
    risks=(),
    alternatives=(),
)


def proof(**changes: object) -> Proof:
    """A proof that holds, of an image that an engine ran."""
    facts: dict[str, object] = {
        "plan": PLAN,
        "sizes": Sizes(7_000_000, 7_000_000, 7_100_000, 3_000_000),
        "fat": Outcome(answers=(HEALTHY,), seconds=0.2, ending=Ending.RUNNING),
        "lean": Outcome(answers=(HEALTHY,), seconds=0.1, ending=Ending.RUNNING),
    }
    return Proof(**{**facts, **changes})  # type: ignore[arg-type]


def test_a_proof_that_holds_says_so_first() -> None:
    text = render(proof())
    assert text.startswith("PROVED: the lean image does what the fat one does\n")
    assert "  predicted     7 MB, built 7 MB (+0.00%)\n" in text
    assert "built again" not in text


def test_a_program_that_is_built_again_is_named_with_the_size_of_its_image() -> None:
    text = render(proof(built_again=b"app/server", built_size=5_000_000))
    assert "  built again   /app/server without the C library, as the recommended Dockerfile does: 5 MB\n" in text


def test_without_an_engine_what_is_not_proved_is_said() -> None:
    text = render(proof(fat=Outcome(), lean=Outcome(), why_not_run="no engine", built_again=b"app/server"))
    assert text.startswith("CHECKED: nothing that it loads is missing\n")
    assert "  not built     /app/server is proved as it is; the recommended Dockerfile builds it again" in text


def test_a_difference_is_no_proof_and_hostile_words_do_not_act() -> None:
    text = render(proof(differences=("the bodies differ \x1b[31m",)))
    assert text.startswith("NOT PROVED: the lean image does not do what the fat one does\n")
    assert "\x1b" not in text


def test_a_fat_image_that_does_not_answer_is_not_proved_whatever_the_lean_one_does() -> None:
    why = "GET http://127.0.0.1:9999/health: no answer in time"
    text = render(proof(fat=Outcome(ending=Ending.RUNNING), lean=Outcome(), silence=(why,), capabilities=("KILL",)))
    assert text.startswith("not proved: the fat image does not answer either\n")
    assert "  NO ANSWER     GET http://127.0.0.1:9999/health: no answer in time\n" in text
    assert "  confined      to capabilities KILL;" in text
    assert "PROVED" not in text


def test_a_server_that_was_not_asked_is_not_called_proved() -> None:
    running = Outcome(ending=Ending.RUNNING)
    found = proof(fat=running, lean=running)
    assert found.holds
    assert render(found).startswith("RUNS: ")


def test_what_varies_what_was_added_and_what_is_missing_are_told() -> None:
    text = render(
        proof(varying=("GET /now",), added=(b"etc/a",), unresolved=("USER: 1000 in the fat image, root in the lean one",))
    )
    assert text.startswith("NOT PROVED")
    assert "  varies        GET /now: what differs between the fat image's own answers is not compared\n" in text
    assert "  MISSING       USER: 1000 in the fat image, root in the lean one\n" in text
    assert "  added         /etc/a: the lean image failed without it\n" in text
    assert "recommend --observed FILE" in text


def test_each_rung_that_was_tried_has_its_evidence() -> None:
    refuted = proof(differences=("the bodies differ \x1b[31m",), sizes=Sizes(0, 3_000_000, 0, 0))
    tried = (Evidence(Rung.CLOSURE, proof()), Evidence(Rung.FOLLOWED, refuted))
    assert render_evidence(tried).splitlines()[2:] == [
        "  closure           7 MB  PROVED",
        "  followed          3 MB  NOT PROVED: the bodies differ \\x1b[31m",
    ]
    healed = (Evidence(Rung.CLOSURE, proof()), Evidence(Rung.FOLLOWED, proof(added=(b"etc/conf",))))
    assert "not without what was missing: /etc/conf" in render_evidence(healed)
    assert render_evidence(tried[:1]) == ""
