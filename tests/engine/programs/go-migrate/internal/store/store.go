// Package store applies the migrations to a toy database in memory.
package store

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
)

type DB struct {
	Applied []string
	Columns map[string][]string
}

var create = regexp.MustCompile(`(?i)create table (\w+)`)
var add = regexp.MustCompile(`(?i)alter table (\w+) add column (\w+)`)

func Open(dir string) (*DB, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.up.sql"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no migrations in %s", dir)
	}
	sort.Strings(files)
	db := &DB{Columns: map[string][]string{}}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for _, m := range create.FindAllStringSubmatch(string(raw), -1) {
			db.Columns[m[1]] = []string{"id"}
		}
		for _, m := range add.FindAllStringSubmatch(string(raw), -1) {
			db.Columns[m[1]] = append(db.Columns[m[1]], m[2])
		}
		db.Applied = append(db.Applied, filepath.Base(file))
	}
	return db, nil
}

func (d *DB) Tables() (names []string) {
	for name := range d.Columns {
		names = append(names, name)
	}
	sort.Strings(names)
	return
}
