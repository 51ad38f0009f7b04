package main

import (
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"time"
)

//go:embed version.txt
var files embed.FS

func main() {
	pages := template.Must(template.ParseGlob(os.Getenv("TEMPLATES") + "/*.html"))
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { pages.ExecuteTemplate(w, "home.html", "x") })
	http.HandleFunc("/version", func(w http.ResponseWriter, r *http.Request) {
		text, _ := files.ReadFile("version.txt")
		w.Write(text)
	})
	http.HandleFunc("/git", func(w http.ResponseWriter, r *http.Request) {
		out, err := exec.Command("git", "--version").Output()
		fmt.Fprintln(w, string(out[:3]), err)
	})
	http.HandleFunc("/zone", func(w http.ResponseWriter, r *http.Request) {
		zone, err := time.LoadLocation("Asia/Tokyo")
		u, _ := user.Current()
		fmt.Fprintln(w, zone, err, u.Username)
	})
	http.ListenAndServe(":8816", nil)
}
