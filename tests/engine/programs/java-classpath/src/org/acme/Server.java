package org.acme;
import com.google.gson.GsonBuilder;
import com.sun.net.httpserver.*;
import java.io.*;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.text.*;
import java.time.*;
import java.time.format.*;
import java.util.*;
import java.util.concurrent.Executors;
import org.apache.commons.csv.*;
import org.apache.commons.lang3.StringUtils;
import org.slf4j.*;
public class Server {
    static final Logger log = LoggerFactory.getLogger(Server.class);
    interface Page { String of(Map<String, String> query) throws Exception; }
    static void page(HttpServer server, String path, String type, Page page) {
        server.createContext(path, exchange -> {
            int code = 200; String body;
            try {
                Map<String, String> query = new HashMap<>();
                for (String pair : StringUtils.split(StringUtils.defaultString(exchange.getRequestURI().getQuery()), '&')) query.put(StringUtils.substringBefore(pair, "="), StringUtils.substringAfter(pair, "="));
                if (!exchange.getRequestURI().getPath().equals(path)) { code = 404; body = "none\n"; } else body = page.of(query);
            } catch (Throwable t) { code = 500; body = t.toString(); log.error("failed", t); }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(code, bytes.length);
            try (OutputStream out = exchange.getResponseBody()) { out.write(bytes); }
        });
    }
    public static void main(String[] words) throws Exception {
        Properties config = new Properties();
        try (InputStream in = Server.class.getResourceAsStream("/acme.properties")) { config.load(in); }
        HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(config.getProperty("port"))), 0);
        page(server, "/", "text/html", q -> { try (InputStream in = Server.class.getResourceAsStream("/index.html")) { return new String(in.readAllBytes(), "UTF-8") + config.getProperty("motto"); } });
        page(server, "/codecs", "application/json", q -> { Map<String, String> all = new TreeMap<>(); for (Codec codec : ServiceLoader.load(Codec.class)) all.put(codec.name(), codec.apply(q.getOrDefault("text", "abc"))); return new GsonBuilder().setPrettyPrinting().create().toJson(all); });
        page(server, "/hello", "text/plain; charset=utf-8", q -> MessageFormat.format(ResourceBundle.getBundle("org.acme.Words", Locale.forLanguageTag(q.getOrDefault("lang", "en"))).getString("hello"), StringUtils.capitalize(q.getOrDefault("name", "you"))));
        page(server, "/towns", "text/plain; charset=utf-8", q -> { StringBuilder b = new StringBuilder(); try (Reader r = Files.newBufferedReader(Path.of(config.getProperty("data")))) { for (CSVRecord one : CSVFormat.DEFAULT.withFirstRecordAsHeader().parse(r)) b.append(one.get("name")).append(": ").append(NumberFormat.getInstance(Locale.GERMANY).format(Long.parseLong(one.get("people")))).append('\n'); } return b.toString(); });
        page(server, "/when", "text/plain; charset=utf-8", q -> ZonedDateTime.ofInstant(Instant.ofEpochSecond(1700000000), ZoneId.of("Pacific/Auckland")).format(DateTimeFormatter.ofLocalizedDateTime(FormatStyle.FULL, FormatStyle.LONG).withLocale(new Locale("pt", "BR"))));
        page(server, "/heap", "text/plain", q -> String.valueOf(Runtime.getRuntime().maxMemory() < 110L << 20));
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
        log.info("up {}", words.length);
    }
}
