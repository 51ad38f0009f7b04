package main

import (
	"bytes"
	"context"
	"encoding/json"
	"html/template"
	"log"
	"mime"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

type tool struct {
	Name    string
	Argv    []string `json:"argv"`
	Type    string   `json:"type"`
	Timeout int      `json:"timeout"`
	Path    string
}

func share(parts ...string) string {
	exe, err := os.Executable()
	if err != nil {
		log.Fatal(err)
	}
	exe, _ = filepath.EvalSymlinks(exe)
	return filepath.Join(append([]string{filepath.Dir(exe), "..", "share"}, parts...)...)
}

func read(file string, into any) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

func main() {
	tools := map[string]*tool{}
	if err := read(share("tools.json"), &tools); err != nil {
		log.Fatal(err)
	}
	var list []*tool
	for name, t := range tools {
		t.Name = name
		if t.Path, _ = exec.LookPath(t.Argv[0]); t.Path == "" {
			log.Printf("%s: %s is not installed", name, t.Argv[0])
		}
		list = append(list, t)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	pages := template.Must(template.New("").Funcs(template.FuncMap{"base": filepath.Base}).ParseGlob(share("templates", "*.gohtml")))

	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		lang := strings.SplitN(r.Header.Get("Accept-Language"), ",", 2)[0]
		text := map[string]string{}
		if read(share("lang", filepath.Base(lang)+".json"), &text) != nil {
			read(share("lang", "en.json"), &text)
		}
		zone := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC).In(time.Local).Format(time.RFC1123)
		if err := pages.ExecuteTemplate(w, "base", map[string]any{"T": text, "Tools": list, "Zone": zone}); err != nil {
			log.Print(err)
		}
	})
	http.HandleFunc("POST /run/{name}", func(w http.ResponseWriter, r *http.Request) {
		t, ok := tools[r.PathValue("name")]
		if !ok {
			http.Error(w, "no such tool", 404)
			return
		}
		if t.Path == "" {
			http.Error(w, t.Name+" is not available", 501)
			return
		}
		limit := time.Duration(max(t.Timeout, 5)) * time.Second
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		cmd := exec.CommandContext(ctx, t.Path, t.Argv[1:]...)
		var out, problem bytes.Buffer
		cmd.Stdin, cmd.Stdout, cmd.Stderr = r.Body, &out, &problem
		if err := cmd.Run(); err != nil {
			http.Error(w, err.Error()+": "+problem.String(), 422)
			return
		}
		w.Header().Set("Content-Type", t.Type)
		w.Write(out.Bytes())
	})
	http.HandleFunc("/about", func(w http.ResponseWriter, r *http.Request) {
		me, err := user.Current()
		name := "?"
		if err == nil {
			name = me.Username + " " + me.HomeDir
		}
		json.NewEncoder(w).Encode(map[string]any{"user": name, "epub": mime.TypeByExtension(".epub"), "css": mime.TypeByExtension(".css")})
	})
	log.Fatal(http.ListenAndServe(os.Getenv("MEDIAD_ADDR"), nil))
}
