"""A Go program of several modules, as files: nested module paths, a dot in the last element, replaced modules, type parameters,
types that the compiler writes functions for. It needs no network and builds with every Go since 1.18."""

from collections.abc import Mapping
from pathlib import Path

SECRET = "hunter2"
"""Set by ``-ldflags -X``: it must never be shown."""

FLAGS = f"-X main.token={SECRET} -X 'main.greeting=good {SECRET}'"

_GO_MOD = """\
module example.com/shop

go 1.18

require (
	example.org/colour v1.2.3
	example.org/colour/deep/v2 v2.0.1
	gopkg.in/paint.v3 v3.0.1
)

replace example.org/colour => ./deps/colour

replace example.org/colour/deep/v2 => ./deps/colour/deep

replace gopkg.in/paint.v3 => ./deps/paint
"""

_MAIN = """\
package main

import (
	"encoding/json"
	"fmt"

	"example.com/shop/internal/store"
	"example.org/colour"
	deep "example.org/colour/deep/v2"
	paint "gopkg.in/paint.v3"
)

var token, greeting = "none", "none"

type key struct {
	name string
	size float64
	any  interface{}
}

//go:noinline
func apply[T any](values []T, change func(T) T) []T {
	for i := range values {
		values[i] = change(values[i])
	}
	return values
}

func main() {
	sizes := map[key]int{{"a", 1, token}: 2}
	twice := apply([]int{1}, func(n int) int { return 2 * n })
	longer := apply([]string{greeting}, func(s string) string { return s + "!" })
	text, _ := json.Marshal(longer)
	fmt.Println(len(sizes), twice, string(text), store.Open(), colour.Mix(1, 2), deep.Dive(3), paint.Coat("wall"))
}
"""

FILES: Mapping[str, str] = {
    "go.mod": _GO_MOD,
    "cmd/server/main.go": _MAIN,
    "internal/store/store.go": (
        'package store\n\nimport "fmt"\n\n//go:noinline\nfunc Open() string { return fmt.Sprintf("%q", "store") }\n'
    ),
    "deps/colour/go.mod": "module example.org/colour\n\ngo 1.18\n",
    "deps/colour/colour.go": (
        'package colour\n\nimport "fmt"\n\n//go:noinline\nfunc Mix(a, b int) string { return fmt.Sprintf("%d+%d", a, b) }\n'
    ),
    "deps/colour/deep/go.mod": "module example.org/colour/deep/v2\n\ngo 1.18\n",
    "deps/colour/deep/deep.go": (
        'package deep\n\nimport "strings"\n\n//go:noinline\nfunc Dive(n int) string { return strings.Repeat("deep", n) }\n'
    ),
    "deps/paint/go.mod": "module gopkg.in/paint.v3\n\ngo 1.18\n",
    "deps/paint/paint.go": (
        'package paint\n\nimport "strings"\n\ntype Layers struct{ names []string }\n\n'
        "//go:noinline\nfunc (l *Layers) Add(name string) { l.names = append(l.names, name) }\n\n"
        "//go:noinline\nfunc Coat(name string) string {\n\tl := &Layers{}\n\tl.Add(name)\n"
        '\treturn strings.Join(l.names, "/")\n}\n'
    ),
}

SYMBOLS: Mapping[str, str] = {
    "go.mod": "module symbols\n\ngo 1.18\n",
    "main.go": """\
// Prints what Go's own reader of line tables says: package, bytes, functions.
package main

import (
	"debug/elf"
	"debug/gosym"
	"fmt"
	"os"
)

func main() {
	file, err := elf.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	section := file.Section(".gopclntab")
	if section == nil {
		section = file.Section(".data.rel.ro.gopclntab")
	}
	data, err := section.Data()
	if err != nil {
		panic(err)
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(data, file.Section(".text").Addr))
	if err != nil {
		panic(err)
	}
	for _, function := range table.Funcs {
		fmt.Printf("%s\\t%d\\t%s\\n", function.PackageName(), function.End-function.Entry, function.Name)
	}
}
""",
}
"""A program of Go's standard library alone, the oracle for line tables."""


def write(directory: Path, files: Mapping[str, str]) -> Path:
    """Writes the files below a directory, and returns it."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory
