"""A web server in the place of a program that does nothing but hand out files."""

import shlex

from layerscope.advice.delivery.model import Copy
from layerscope.advice.dockerfile import quoting
from layerscope.advice.plan.base import Candidate
from layerscope.core.names import absolute
from layerscope.filesystem.merged import Filesystem
from layerscope.needs.model import StaticSite

CONFIGURATION = "/etc/nginx/conf.d/default.conf"

_SHORTER = (
    '    if ($request_uri ~ "^/index([?]|$)") { return 301 /; }',
    '    if ($request_uri ~ "^(/[^?]*)([.]html|/index)([?]|$)") { return 301 $1; }',
)
"""What is asked for by its longer name is asked for again by the shorter one."""


def site_copy(filesystem: Filesystem, site: StaticSite, base: Candidate) -> Copy:
    """The one copy: the directory that was served, to where the server looks."""
    entries = set(map(filesystem.holder, map(filesystem.visible.__getitem__, filesystem.below(site.root))))
    size = sum(map(filesystem.sizes.__getitem__, entries))
    return Copy(b"/" + site.root, b"/" + base.site.encode(), size, f"the files that {site.server} hands out")


def configure(site: StaticSite, base: Candidate) -> list[str]:
    """The instructions that make nginx answer as the server before it did: its port, its fallback, its short addresses."""
    arguments = " \\\n    ".join(shlex.quote(quoting.checked(line)) for line in _lines(site, base))
    return [
        f"# The port and the rules of {quoting.comment(site.server)}, which served {quoting.comment(absolute(site.root))}",
        f"RUN printf '%s\\n' \\\n    {arguments} \\\n    > {CONFIGURATION}",
    ]


def configuration_file(site: StaticSite, base: Candidate) -> bytes:
    """What :func:`configure` writes."""
    return "".join(f"{line}\n" for line in _lines(site, base)).encode()


def _lines(site: StaticSite, base: Candidate) -> list[str]:
    tries = ["$uri", "$uri/index.html"] + (["$uri.html"] if site.clean else [])
    last = f"/{site.fallback.decode('utf-8', 'replace')}" if site.fallback else "=404"
    return [
        "server {",
        f"    listen {site.port};",
        f"    root /{base.site};",
        "    charset utf-8;",
        "    absolute_redirect off;",
        *(_SHORTER if site.shortens else ()),
        f"    location / {{ try_files {' '.join(tries)} {last}; }}",
        "}",
    ]
