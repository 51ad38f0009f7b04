// A calculator that answers over HTTP: /add?a=1&b=2, /multiply?a=2&b=3.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
)

func operation(apply func(a, b float64) float64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a, wrong := strconv.ParseFloat(r.URL.Query().Get("a"), 64)
		b, alsoWrong := strconv.ParseFloat(r.URL.Query().Get("b"), 64)
		if wrong != nil || alsoWrong != nil {
			http.Error(w, "a and b have to be numbers", http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, "{\"result\": %g}\n", apply(a, b))
	}
}

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	http.HandleFunc("/add", operation(func(a, b float64) float64 { return a + b }))
	http.HandleFunc("/multiply", operation(func(a, b float64) float64 { return a * b }))
	http.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, `{"status": "OK"}`)
	})
	log.Fatal(http.ListenAndServe(":"+port, nil))
}
