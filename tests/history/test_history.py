"""Instructions find their layers only where that is certain."""

from layerscope.history.history import History, read_history
from tests.support.histories import DIGEST, config, lines


def layers_of(history: History) -> list[int | None]:
    return [item.layer for item in history.instructions]


def test_the_shell_instruction_counts_from_where_it_stands() -> None:
    lines = ["SHELL [/opt/weird --run]", "RUN /opt/weird --run make # buildkit"]
    history = read_history(config([{"created_by": line} for line in lines]), 2)
    assert history.instructions[1].text == "RUN make"


class TestLayers:
    """The n-th entry that is not empty made the n-th layer, if the numbers agree."""

    HISTORY = lines(f"/bin/sh -c #(nop) ADD file:{DIGEST} in / ", '-/bin/sh -c #(nop)  CMD ["sh"]', "/bin/sh -c make")

    def test_where_the_numbers_agree(self) -> None:
        history = read_history(config(self.HISTORY), 2)
        assert (history.attributed, history.note) == (True, "")
        assert layers_of(history) == [0, None, 1]
        assert history.instructions[0].text == "ADD (base root filesystem) /"
        made = history.of_layer(1)
        assert made
        assert made.text == "RUN make"

    def test_buildkit_s_workdir_owns_a_layer(self) -> None:
        history = read_history(config([{"created_by": "WORKDIR /app", "comment": "buildkit.dockerfile.v0"}]), 1)
        assert (history.attributed, history.instructions[0].layer) == (True, 0)

    def test_where_they_disagree_no_layer_has_an_instruction(self) -> None:
        history = read_history(config(self.HISTORY), 3)
        assert not history.attributed
        assert layers_of(history) == [None, None, None]
        assert history.note == "the history accounts for 2 layers, the image has 3"
        assert history.of_layer(0) is None

    def test_no_history(self) -> None:
        history = read_history(config([]), 2)
        assert (history.attributed, history.instructions) == (False, ())
        assert history.note == "the image records no history for its 2 layers"

    def test_an_image_without_layers(self) -> None:
        assert read_history(config([]), 0).attributed

    def test_buildah_without_layers_stores_all_on_the_last_instruction(self) -> None:
        entries = lines(
            f"/bin/sh -c #(nop) ADD file:{DIGEST} in / ",
            '-/bin/sh -c #(nop)  CMD ["sh"]',
            "-/bin/sh -c make",
            f"-/bin/sh -c #(nop) COPY file:{DIGEST} in /f ",
            '/bin/sh -c #(nop) CMD ["/f"]',
        )
        entries[-1]["comment"] = "FROM docker.io/library/alpine:3.19"
        history = read_history(config(entries), 2)
        assert not history.attributed
        assert layers_of(history) == [0, None, None, None, None]
        assert "it is recorded on CMD, which changes no file" in history.note
        assert [item.builder for item in history.instructions] == ["classic", "classic", "buildah", "buildah", "buildah"]
        assert (history.base_reference, history.base_layers) == ("docker.io/library/alpine:3.19", 1)
        assert history.base_instructions == 2

    def test_and_so_it_does_where_the_last_is_a_run(self) -> None:
        entries = lines("-/bin/sh -c make one", "/bin/sh -c make two")
        entries[-1]["comment"] = "FROM scratch"
        history = read_history(config(entries), 1)
        assert not history.attributed
        assert "buildah recorded it on the last, RUN" in history.note

    def test_buildah_with_layers(self) -> None:
        entries = lines(f"/bin/sh -c #(nop) ADD file:{DIGEST} in / ", "/bin/sh -c make", '-/bin/sh -c #(nop) CMD ["/f"]')
        entries[1]["comment"], entries[2]["comment"] = "FROM quay.io/base:1", "FROM 131bb63f4e85"
        history = read_history(config(entries), 2)
        assert history.attributed
        assert (history.base_reference, history.base_layers, history.base_instructions) == ("quay.io/base:1", 1, 1)
        assert history.base_known == "the history's comment of buildah"

    def test_a_layer_on_an_instruction_that_changes_no_file(self) -> None:
        history = read_history(config(lines("/bin/sh -c make", "ENV A=1")), 2)
        assert not history.attributed
        assert layers_of(history) == [0, None]

    def test_docker_s_squash_empties_the_entries_and_names_what_it_merged(self) -> None:
        entries = lines(f"/bin/sh -c #(nop) ADD file:{DIGEST} in / ", "-/bin/sh -c make", "")
        entries[-1]["comment"] = f"merge sha256:{DIGEST} to sha256:{DIGEST}"
        history = read_history(config(entries), 2)
        assert history.instructions[2].text == "(squashed: everything up to image c58af6cf7aea in one layer)"
        assert history.note == "the layers up to image c58af6cf7aea were squashed into one"
