package org.example.price;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import org.apache.commons.lang3.StringUtils;

/** Answers in JSON. */
public final class Main {
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(StringUtils.defaultIfBlank(System.getenv("PORT"), "8080"));
        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
        server.createContext("/", exchange -> {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            try (JsonGenerator json = new JsonFactory().createGenerator(body)) {
                json.writeStartObject();
                json.writeStringField("status", "OK");
                json.writeEndObject();
            }
            exchange.sendResponseHeaders(200, body.size());
            exchange.getResponseBody().write(body.toByteArray());
            exchange.close();
        });
        server.start();
    }
}
