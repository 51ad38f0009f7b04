import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ResourceBundle;
import javax.crypto.Cipher;
public class Main {
  public static void main(String[] args) throws Exception {
    var server = HttpServer.create(new InetSocketAddress(8828), 0);
    server.createContext("/", x -> {
      String text;
      try { text = System.getProperty("greeting") + ResourceBundle.getBundle("words").getString("word") + Cipher.getInstance("AES").getAlgorithm() + java.time.ZoneId.of("Asia/Tokyo"); }
      catch (Exception e) { text = e.toString(); }
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      x.sendResponseHeaders(200, body.length); x.getResponseBody().write(body); x.close();
    });
    server.start();
  }
}
