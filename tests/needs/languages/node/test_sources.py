"""What a JavaScript source asks for, read from its tokens."""

import pytest

from layerscope.needs.languages.node.sources import requests


def test_sources_are_read_by_their_tokens() -> None:
    source = rb"""
    // require('commented'); /** @type {import('webpack').Config} */
    import x from "koa"; import 'side'; export * from './a.js';
    const y = require( /* why */ 'express' ), z = await import("dyn"), r = /["'`]/, s = "it's // not";
    new Worker("./worker.js"); a.require("no"); __require("fs"); import {
      b } from 'multi'
    """
    found = requests(source)
    assert found.modules == ("koa", "side", "./a.js", "express", "dyn", "fs", "multi")
    assert found.paths == ("./worker.js",)
    assert not found.computed


@pytest.mark.parametrize("source", [b"require(name)", b"import(`./x/${y}`)", b"require('a' + b)", b"require.resolve(x)"])
def test_names_made_at_run_time_are_noticed(source: bytes) -> None:
    assert requests(source).computed


@pytest.mark.parametrize("piece", [b'\\"', b"/* ", b"` ", b"(/[", b"import ", b"require(/* ", b"'", b"= /a", b"${"])
def test_hostile_sources_are_read_in_time(piece: bytes) -> None:
    assert requests(piece * 50_000 + b"\nrequire('x')") is not None
