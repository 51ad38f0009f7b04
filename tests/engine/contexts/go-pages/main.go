// A service with pages from templates on disk, a C library by cgo, and the system's certificates for what it would call.
package main

// #include <stdlib.h>
// #include <string.h>
// static unsigned long length_in_c(const char *text) { return strlen(text); }
import "C"

import (
	"crypto/x509"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"os"
	"unsafe"
)

var pages = template.Must(template.ParseGlob("templates/*.html"))

func page(name string, value any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := pages.ExecuteTemplate(w, name, value); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

func length(w http.ResponseWriter, r *http.Request) {
	text := C.CString(r.URL.Query().Get("text"))
	defer C.free(unsafe.Pointer(text))
	fmt.Fprintln(w, C.length_in_c(text))
}

func certificates(w http.ResponseWriter, r *http.Request) {
	pool, err := x509.SystemCertPool()
	if err != nil || pool.Equal(x509.NewCertPool()) {
		http.Error(w, "there are no certificates", http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(w, "there are certificates")
}

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	http.HandleFunc("/", page("index.html", "Pages"))
	http.HandleFunc("/about", page("about.html", "About"))
	http.Handle("/static/", http.StripPrefix("/static/", http.FileServer(http.Dir("static"))))
	http.HandleFunc("/length", length)
	http.HandleFunc("/certificates", certificates)
	log.Fatal(http.ListenAndServe(":"+port, nil))
}
