package main

import (
	"embed"
	"encoding/json"
	"flag"
	"fmt"
	"html/template"
	"io/fs"
	"log"
	"mime"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"time"

	"example.com/app/internal/store"
)

//go:embed web/templates/*.html
var pages embed.FS

//go:embed web/static
var static embed.FS

func main() {
	migrations := flag.String("migrations", "/migrations", "directory")
	locales := flag.String("locales", "/locales", "directory")
	flag.Parse()
	db, err := store.Open(*migrations)
	if err != nil {
		log.Fatal(err)
	}
	words := map[string]map[string]string{}
	files, _ := filepath.Glob(filepath.Join(*locales, "*.json"))
	for _, file := range files {
		raw, _ := os.ReadFile(file)
		one := map[string]string{}
		if err := json.Unmarshal(raw, &one); err != nil {
			log.Fatal(file, err)
		}
		words[filepath.Base(file)] = one
	}
	tree := template.Must(template.ParseFS(pages, "web/templates/*.html"))
	assets, _ := fs.Sub(static, "web/static")
	http.Handle("/static/", http.StripPrefix("/static/", http.FileServer(http.FS(assets))))
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		tree.ExecuteTemplate(w, "index.html", map[string]any{"Tables": db.Tables(), "Words": words[r.URL.Query().Get("lang")+".json"]})
	})
	http.HandleFunc("/schema", func(w http.ResponseWriter, r *http.Request) { json.NewEncoder(w).Encode(db) })
	http.HandleFunc("/when", func(w http.ResponseWriter, r *http.Request) {
		zone, err := time.LoadLocation(r.URL.Query().Get("zone"))
		if err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		fmt.Fprintln(w, time.Unix(1700000000, 0).In(zone).Format(time.RFC1123))
	})
	http.HandleFunc("/mime", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, mime.TypeByExtension(".ics"), mime.TypeByExtension(".csv"), mime.TypeByExtension(".gpx"))
	})
	http.HandleFunc("/who", func(w http.ResponseWriter, r *http.Request) {
		me, err := user.Current()
		if err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		group, err := user.LookupGroupId("0")
		if err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		out, err := exec.Command("sh", "-c", "echo from a shell").CombinedOutput()
		fmt.Fprintln(w, me.Username, me.HomeDir, group.Name, string(out), err)
	})
	log.Fatal(http.ListenAndServe(os.Getenv("APP_ADDR"), nil))
}
