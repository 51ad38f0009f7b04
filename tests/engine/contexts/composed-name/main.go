// Prints its configuration, whose path it puts together while it runs.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	name := []string{"/", "srv", filepath.Base(os.Args[0]), "config" + ".yml"}
	content, err := os.ReadFile(filepath.Join(name...))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Print(string(content))
}
