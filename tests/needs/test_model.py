"""What is known of an image's program, as one value."""

from layerscope.needs.model import Note, NoteCode, Runtime, Unresolved


def test_what_is_unresolved_is_remarked_before_what_is_only_worth_knowing() -> None:
    missing = Unresolved(b"app/server", "needs the library libgone.so.7, which is not in the image")
    note = Note(NoteCode.DIRECT_COMMAND, "npm only runs `node server.js`")
    runtime = Runtime(
        entrypoint=("npm", "start"),
        working_dir="/app",
        user="",
        programs=(),
        needs=(),
        unresolved=(missing,),
        notes=(note,),
    )
    assert runtime.remarks == (missing, note)
