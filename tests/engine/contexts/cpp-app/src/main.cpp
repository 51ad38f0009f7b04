// A small HTTP service on sockets; / answers with the CRC of its own path, to have a library to link to.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <string>

#include "counter/counter.hpp"

static std::string body_for(const std::string& request, Counter& counter) {
    if (request.rfind("GET /health ", 0) == 0) {
        return "{\"status\":\"OK\"}\n";
    }
    auto checksum = crc32(0, reinterpret_cast<const Bytef*>(request.data()), request.size());
    return "request " + std::to_string(counter.next()) + ", CRC " + std::to_string(checksum) + "\n";
}

int main() {
    const char* port = std::getenv("PORT");
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port ? std::atoi(port) : 8080);
    if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) || listen(listener, 8)) {
        return 1;
    }
    Counter counter;
    for (;;) {
        int client = accept(listener, nullptr, nullptr);
        char buffer[4096];
        auto length = read(client, buffer, sizeof buffer);
        std::string body = body_for(std::string(buffer, length > 0 ? length : 0), counter);
        std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n" + body;
        if (write(client, answer.data(), answer.size()) < 0) {
            return 1;
        }
        close(client);
    }
}
