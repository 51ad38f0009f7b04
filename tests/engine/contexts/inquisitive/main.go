// Serves pages, or does what its arguments or LOOK say: status, reach ADDRESS…, flood, eat, wait.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	if len(os.Args) > 1 {
		os.Exit(look(os.Args[1], os.Args[2:]))
	}
	if words := strings.Fields(os.Getenv("LOOK")); len(words) > 0 {
		os.Exit(look(words[0], words[1:]))
	}
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprintln(answer, "here") })
	http.HandleFunc("/missing", http.NotFound)
	http.HandleFunc("/broken", func(answer http.ResponseWriter, _ *http.Request) { answer.WriteHeader(500) })
	http.HandleFunc("/drip", drip)
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	fmt.Println(http.ListenAndServe(":"+port, nil))
}

func look(what string, rest []string) int {
	switch what {
	case "status":
		status, _ := os.ReadFile("/proc/self/status")
		for _, line := range strings.Split(string(status), "\n") {
			if strings.HasPrefix(line, "Cap") || strings.HasPrefix(line, "NoNewPrivs") {
				fmt.Println(line)
			}
		}
	case "reach":
		for _, address := range rest {
			if connection, err := net.DialTimeout("tcp", address, time.Second); err == nil {
				connection.Close()
				fmt.Println("reached", address)
				return 0
			}
		}
		return 1
	case "flood":
		for {
			fmt.Println(strings.Repeat("y", 4096))
		}
	case "eat":
		eat()
	case "wait":
		time.Sleep(time.Hour)
	}
	return 0
}

func eat() {
	var eaten [][]byte
	for {
		piece := make([]byte, 1<<20)
		for i := range piece {
			piece[i] = 1
		}
		eaten = append(eaten, piece)
	}
}

// A body that never ends, a byte at a time.
func drip(answer http.ResponseWriter, _ *http.Request) {
	for {
		fmt.Fprint(answer, ".")
		answer.(http.Flusher).Flush()
		time.Sleep(time.Second / 10)
	}
}
