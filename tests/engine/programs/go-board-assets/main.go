package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	ttemplate "text/template"
	"time"
)

//go:embed tmpl
var tmpl embed.FS

var version, commit = "dev", "unknown"

func lang(l string) (map[string]string, error) {
	b, err := os.ReadFile(filepath.Join("assets", "lang", l+".json"))
	if err != nil {
		return nil, err
	}
	m := map[string]string{}
	return m, json.Unmarshal(b, &m)
}

func handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", http.StripPrefix("/assets/", http.FileServer(http.Dir(filepath.Join("assets", "themes", os.Getenv("BOARD_THEME"))))))
	mux.HandleFunc("GET /board/{lang}", func(w http.ResponseWriter, r *http.Request) {
		l, err := lang(r.PathValue("lang"))
		if err != nil {
			var p *fs.PathError
			if errors.As(err, &p) {
				http.Error(w, "no such language", 404)
			} else {
				http.Error(w, err.Error(), 500)
			}
			return
		}
		z, err := time.LoadLocation(r.URL.Query().Get("tz"))
		if err != nil {
			http.Error(w, err.Error(), 400)
			return
		}
		data := map[string]any{"L": l, "Posts": posts(), "When": time.Unix(1700000000, 0).In(z).Format(time.RFC1123)}
		if strings.Contains(r.Header.Get("Accept"), "text/plain") {
			ttemplate.Must(ttemplate.ParseFS(tmpl, "tmpl/page.txt")).Execute(w, data)
			return
		}
		template.Must(template.ParseFS(tmpl, "tmpl/*.html")).ExecuteTemplate(w, "page.html", data)
	})
	return mux
}

func git(stdin string, a ...string) string {
	c := exec.Command("git", append([]string{"--git-dir", "/var/board.git", "-c", "user.name=b", "-c", "user.email=b@example.org"}, a...)...)
	c.Stdin = strings.NewReader(stdin)
	c.Env = append(os.Environ(), "GIT_AUTHOR_DATE=1700000000 +0000", "GIT_COMMITTER_DATE=1700000000 +0000")
	out, err := c.CombinedOutput()
	if err != nil {
		return "git: " + err.Error()
	}
	return strings.TrimSpace(string(out))
}

func posts() []string {
	var p []string
	for _, l := range strings.Split(git("", "log", "--format=%s", "main"), "\n") {
		if !strings.HasPrefix(l, "git: ") {
			p = append(p, l)
		}
	}
	return p
}

func post(text string) string {
	tree := git("", "mktree")
	args := []string{"commit-tree", tree, "-m", text}
	if p := git("", "rev-parse", "--verify", "-q", "main"); !strings.HasPrefix(p, "git:") {
		args = append(args, "-p", p)
	}
	return git("", "update-ref", "refs/heads/main", git("", args...)) + git("", "rev-parse", "--short=8", "main")
}

func ask(paths []string, accept string) {
	s := httptest.NewServer(handler())
	defer s.Close()
	for _, p := range paths {
		q, _ := http.NewRequest("GET", s.URL+p, nil)
		q.Header.Set("Accept", accept)
		r, err := http.DefaultClient.Do(q)
		if err != nil {
			fmt.Println(err)
			continue
		}
		var b bytes.Buffer
		b.ReadFrom(r.Body)
		fmt.Println(r.StatusCode, r.Header.Get("Content-Type"), strings.TrimSpace(b.String()))
	}
}

func main() {
	a := append(os.Args[1:], "", "", "")
	switch a[0] {
	case "version":
		fmt.Println("board", version, commit, os.Getenv("BOARD_LANGS"))
	case "post":
		fmt.Println(post(a[1]))
		fmt.Println(strings.Join(posts(), "; "))
	case "ask":
		post("hello <world>")
		post("größer & more")
		ask(strings.Fields(a[1]), a[2])
	case "types":
		for _, e := range strings.Fields(".css .avif .webmanifest .odt .go .ics .flac") {
			fmt.Print(e, "=", mime.TypeByExtension(e), " ")
		}
		fmt.Println()
	case "who":
		u, err := user.Current()
		fmt.Println(u.Username, u.HomeDir, err)
		g, err := user.LookupGroup("staff")
		fmt.Println(g, err)
		ips, err := net.LookupHost("localhost")
		sort.Strings(ips)
		fmt.Println(len(ips) > 0, err)
		p, err := net.LookupPort("tcp", "imaps")
		fmt.Println(p, err)
	case "graph":
		c := exec.Command("dot", "-T"+a[1])
		c.Stdin = strings.NewReader("digraph { a -> b; b -> \"ö\" }")
		out, err := c.Output()
		fmt.Println(strings.Count(string(out), "edge"), err)
	case "walk":
		filepath.WalkDir(a[1], func(p string, d fs.DirEntry, err error) error {
			fmt.Println(p, err == nil && d.IsDir())
			return nil
		})
	case "serve":
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM, syscall.SIGHUP)
		l, err := net.Listen("tcp", "127.0.0.1:18820")
		if err != nil {
			fmt.Println("cannot listen")
			os.Exit(1)
		}
		go http.Serve(l, handler())
		for s := range c {
			fmt.Println("got", s)
			if s == syscall.SIGTERM {
				return
			}
			post("hup")
		}
	default:
		fmt.Fprintln(os.Stderr, "board: unknown command", a[0])
		os.Exit(2)
	}
}
