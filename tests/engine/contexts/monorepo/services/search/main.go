// Search answers what the others ask.
package main

import (
	"bufio"
	"net"
	"os"
)

func answer(connection net.Conn) {
	defer connection.Close()
	bufio.NewReader(connection).ReadString('\n')
	connection.Write([]byte("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nfound"))
}

func main() {
	listener, problem := net.Listen("tcp", "127.0.0.1:"+os.Getenv("SEARCH_PORT"))
	if problem != nil {
		panic(problem)
	}
	for {
		if connection, problem := listener.Accept(); problem == nil {
			go answer(connection)
		}
	}
}
