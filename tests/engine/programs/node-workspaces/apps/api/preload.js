globalThis.started = "preloaded"
