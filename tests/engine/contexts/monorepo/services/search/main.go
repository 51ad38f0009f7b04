// Search answers what the others ask.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "found") })
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("SEARCH_PORT"), nil))
}
