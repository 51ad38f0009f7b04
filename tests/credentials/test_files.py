"""What must not be kept because a credential is in it, and what may be although it looks like one."""

import pytest

from layerscope.credentials.files import holds_credential

TOKEN = "ghp_" + "a1B2" * 9


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/start", "#!/bin/sh\nexport DB_PASSWORD=hunter2hunter2\n"),
        ("app/start", f"#!/bin/sh\ngit clone https://{TOKEN}@github.com/a/b\n"),
        ("app/package.json", f'{{"scripts": {{"start": "GITHUB_TOKEN={TOKEN} node ."}}}}'),
        ("app/package-lock.json", '{\n "resolved": "https://user:s3cr3t-word@npm.example.com/a.tgz"\n}'),
        ("app/yarn.lock", 'a@1:\n  resolved "https://user:s3cr3t-word@npm.example.com/a.tgz"\n'),
        ("app/poetry.lock", f'[package.source]\nurl = "https://oauth2:{TOKEN}@gitlab.example.com/simple"\n'),
        ("app/node_modules/a/package.json", f'{{"_resolved": "git+https://{TOKEN}@github.com/a/b.git"}}'),
        ("usr/lib/python3/a-1.dist-info/direct_url.json", f'{{"url": "https://{TOKEN}@github.com/a/b"}}'),
        ("etc/supervisor/conf.d/app.conf", '[program:app]\nenvironment=API_SECRET="Tr0ub4dor&3"\n'),
    ],
)
def test_a_file_with_a_credential_is_told(path: str, text: str) -> None:
    assert holds_credential(path.encode(), text.encode())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/start", '#!/bin/sh\nexport DB_PASSWORD="$DB_PASSWORD"\nexec "$@"\n'),
        (
            "app/package.json",
            '{"dependencies": {"path-key": "^3.1.0", "jsonwebtoken": "~9.0.2", "csrf-token": "1.0.0-beta.2"}}',
        ),
        (
            "app/package-lock.json",
            '{\n "node_modules/path-key": {\n  "version": "3.1.1",\n "integrity": "sha512-ojmeN0qd+y0="\n}}',
        ),
        ("usr/lib/python3/a-1.dist-info/RECORD", "a/secrets.py,sha256=eyJ0b2tlbi1pcy1ub3QtYS1zZWNyZXQ,12\n"),
        (
            "usr/lib/python3/a-1.dist-info/METADATA",
            "Name: a\nAuthor-email: A <a@example.com>\nProject-URL: https://example.com/@a\n",
        ),
        ("var/lib/dpkg/status", "Package: a\nDescription: tokens\n password: hunter2hunter2\n"),
        ("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"),
    ],
)
def test_an_ordinary_file_is_not(path: str, text: str) -> None:
    assert not holds_credential(path.encode(), text.encode())


def test_what_is_no_text_is_looked_into_as_well() -> None:
    assert holds_credential(b"app/a.jar", b"PK\x03\x04\xff\xfe" + TOKEN.encode() + b"\xff")
    assert not holds_credential(b"app/a.jar", b"PK\x03\x04\xff\xfe\xff")
