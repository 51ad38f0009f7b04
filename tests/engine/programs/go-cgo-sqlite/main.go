package main

/*
#cgo LDFLAGS: -lsqlite3
#include <sqlite3.h>
*/
import "C"
import (
	"fmt"
	"os"
)

func main() {
	var db *C.sqlite3
	code := C.sqlite3_open(C.CString("x.db"), &db)
	fmt.Println(code, C.GoString(C.sqlite3_libversion())[:2])
	_, err := os.Stat("x.db")
	err2 := os.WriteFile("y", []byte("y"), 0o600)
	fmt.Println(err, err2)
}
