package shop;

import java.io.*;
import java.nio.charset.*;
import java.nio.file.*;
import java.text.*;
import java.time.*;
import java.time.format.*;
import java.util.*;
import java.util.logging.*;
import shop.tax.Tax;

public class Main {
    static final Logger LOG = Logger.getLogger("shop");

    public static void main(String[] a) throws Exception {
        String cmd = a.length == 0 ? "help" : a[0];
        String[] rest = a.length == 0 ? a : Arrays.copyOfRange(a, 1, a.length);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try {
            Class<?> c = Class.forName("shop." + cmd.substring(0, 1).toUpperCase() + cmd.substring(1) + "Command");
            ((Command) c.getDeclaredConstructor().newInstance()).run(rest, out);
        } catch (ClassNotFoundException e) {
            LOG.warning("no command " + cmd);
            System.exit(64);
        } catch (Exception e) {
            LOG.log(Level.SEVERE, e.getClass().getSimpleName() + ": " + e.getMessage());
            System.exit(1);
        }
    }
}

interface Command { void run(String[] args, PrintStream out) throws Exception; }

class HelpCommand implements Command {
    public void run(String[] a, PrintStream out) { out.println("shop " + Main.class.getPackage().getImplementationVersion() + ": price letter render draw sql zone crypt fetch script"); }
}

class PriceCommand implements Command {
    public void run(String[] a, PrintStream out) {
        Locale l = Locale.forLanguageTag(a[1]);
        ResourceBundle b = ResourceBundle.getBundle("shop.Text", l, ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_DEFAULT));
        double net = Double.parseDouble(a[2]);
        NumberFormat f = NumberFormat.getCurrencyInstance(l);
        TreeMap<String, Tax> all = new TreeMap<>();
        for (Tax t : ServiceLoader.load(Tax.class)) all.put(t.country(), t);
        Tax t = all.get(a[0]);
        if (t == null) throw new NoSuchElementException(a[0] + " not in " + all.keySet());
        out.println(MessageFormat.format(b.getString("tax"), a[0]) + ": " + f.format(t.of(net)) + "; " + b.getString("total") + ": " + f.format(net + t.of(net)));
        out.println(new MessageFormat(b.getString("count"), l).format(new Object[] {(int) net}) + " " + l.getDisplayCountry(l) + " " + Currency.getInstance(l).getDisplayName(l));
    }
}

class LetterCommand implements Command {
    public void run(String[] a, PrintStream out) throws Exception {
        try (InputStream in = Main.class.getResourceAsStream("/templates/letter.txt")) { out.printf(new String(in.readAllBytes(), StandardCharsets.UTF_8), a[0], a[1]); }
        Charset c = Charset.forName(a.length > 2 ? a[2] : "ISO-8859-1");
        out.println(c + " " + HexFormat.of().formatHex(a[0].getBytes(c)));
    }
}

class RenderCommand implements Command {
    public void run(String[] a, PrintStream out) throws Exception {
        var t = javax.xml.transform.TransformerFactory.newInstance().newTransformer(new javax.xml.transform.stream.StreamSource(new File("invoice.xsl")));
        t.setParameter("who", a[0]);
        t.transform(new javax.xml.transform.stream.StreamSource(new StringReader("<i><l n='2'>Tee</l><l n='1'>Kaffee</l></i>")), new javax.xml.transform.stream.StreamResult(out));
        out.println();
        var x = javax.xml.xpath.XPathFactory.newInstance().newXPath();
        out.println(x.evaluate("sum(//l/@n)", new org.xml.sax.InputSource(new StringReader("<i><l n='2'/><l n='1'/></i>"))));
    }
}

class DrawCommand implements Command {
    public void run(String[] a, PrintStream out) throws Exception {
        var im = new java.awt.image.BufferedImage(300, 60, java.awt.image.BufferedImage.TYPE_INT_RGB);
        var g = im.createGraphics();
        var f = new java.awt.Font(a[0], java.awt.Font.BOLD, 24);
        g.setFont(f);
        out.println(f.getFamily(Locale.ROOT) + " " + g.getFontMetrics().stringWidth(a[1]));
        g.drawString(a[1], 5, 40);
        Path p = Files.createTempFile("x", "." + a[2]);
        out.println(javax.imageio.ImageIO.write(im, a[2], p.toFile()) + " " + (Files.size(p) > 100));
        int lit = 0;
        for (int x = 0; x < 300; x++) for (int y = 0; y < 60; y++) if ((im.getRGB(x, y) & 255) > 99) lit++;
        out.println(lit);
    }
}

class SqlCommand implements Command {
    public void run(String[] a, PrintStream out) throws Exception {
        try (var c = java.sql.DriverManager.getConnection(a[0]); var s = c.createStatement()) {
            s.executeUpdate("create table t (a, b)");
            s.executeUpdate("insert into t values (1, 'ä'), (2, upper('x'))");
            var r = s.executeQuery("select json_group_array(b), total(a) from t");
            r.next();
            out.println(r.getString(1) + " " + r.getDouble(2));
        }
    }
}

class ZoneCommand implements Command {
    public void run(String[] a, PrintStream out) {
        Locale l = Locale.forLanguageTag(a[1]);
        out.println(Instant.ofEpochSecond(1711846800).atZone(ZoneId.of(a[0])).format(DateTimeFormatter.ofLocalizedDateTime(FormatStyle.FULL).withLocale(l)));
        out.println(Collator.getInstance(l).compare("ä", "z") + " " + BreakIterator.getSentenceInstance(l).getClass().getSimpleName().isEmpty() + " " + ZoneId.systemDefault());
    }
}

class CryptCommand implements Command {
    public void run(String[] a, PrintStream out) throws Exception {
        var k = java.security.KeyStore.getInstance("PKCS12");
        try (var in = new FileInputStream("shop.p12")) { k.load(in, "changeit".toCharArray()); }
        out.println(Collections.list(k.aliases()) + " " + k.getCertificate("shop").getType());
        var m = javax.crypto.Mac.getInstance("HmacSHA256");
        m.init(new javax.crypto.spec.SecretKeySpec("k".getBytes(), "x"));
        out.println(HexFormat.of().formatHex(m.doFinal(a[0].getBytes(StandardCharsets.UTF_8)), 0, 8));
        var t = javax.net.ssl.TrustManagerFactory.getInstance(javax.net.ssl.TrustManagerFactory.getDefaultAlgorithm());
        t.init((java.security.KeyStore) null);
        out.println(((javax.net.ssl.X509TrustManager) t.getTrustManagers()[0]).getAcceptedIssuers().length > 50);
    }
}

class FetchCommand implements Command {
    public void run(String[] a, PrintStream out) throws Exception {
        var s = com.sun.net.httpserver.HttpServer.create(new java.net.InetSocketAddress("127.0.0.1", 0), 0);
        s.createContext("/", e -> { byte[] b = ("<" + e.getRequestURI().getPath() + ">").getBytes(); e.sendResponseHeaders(200, b.length); e.getResponseBody().write(b); e.close(); });
        s.start();
        var r = java.net.http.HttpClient.newHttpClient().send(java.net.http.HttpRequest.newBuilder(java.net.URI.create("http://localhost:" + s.getAddress().getPort() + "/" + a[0])).build(), java.net.http.HttpResponse.BodyHandlers.ofString());
        out.println(r.statusCode() + " " + r.body());
        s.stop(0);
        System.exit(0);
    }
}

class ScriptCommand implements Command {
    public void run(String[] a, PrintStream out) throws Exception {
        Process p = new ProcessBuilder("unzip", "-Z1", a[0]).redirectErrorStream(true).start();
        p.inputReader().lines().sorted().limit(5).forEach(out::println);
        out.println(p.waitFor() + " " + new javax.script.ScriptEngineManager().getEngineByName("javascript"));
        out.println(Files.probeContentType(Path.of("a.html")) + " " + Files.probeContentType(Path.of("a.odt")));
        var g = java.util.prefs.Preferences.class.getName();
        out.println(java.lang.management.ManagementFactory.getRuntimeMXBean().getSpecVersion() + " " + g);
    }
}
