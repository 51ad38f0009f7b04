package org.depot;

import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.file.*;
import java.util.Properties;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.gzip.GzipHandler;
import org.eclipse.jetty.servlet.*;
import org.eclipse.jetty.util.resource.Resource;

public class Main {
    public static void main(String[] words) throws Exception {
        Properties config = new Properties();
        try (Reader in = Files.newBufferedReader(Path.of(System.getenv("DEPOT_CONFIG")))) { config.load(in); }
        Store store = new Store(config.getProperty("database"));
        if (words.length > 0) { System.out.println(store.all().size() + " items"); return; }
        Server server = new Server(Integer.parseInt(config.getProperty("port")));
        ServletContextHandler context = new ServletContextHandler(ServletContextHandler.SESSIONS);
        context.setContextPath("/");
        context.setBaseResource(Resource.newClassPathResource("/web"));
        context.addServlet(new ServletHolder(new ItemServlet(config, store)), "/items/*");
        context.addServlet(new ServletHolder(new ReportServlet(config, store)), "/report/*");
        ServletHolder files = new ServletHolder("default", DefaultServlet.class);
        files.setInitParameter("dirAllowed", "false");
        files.setInitParameter("etags", "false");
        context.addServlet(files, "/");
        ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
        errors.addErrorPage(404, "/none.html");
        context.setErrorHandler(errors);
        GzipHandler gzip = new GzipHandler();
        gzip.setMinGzipSize(32);
        gzip.setHandler(context);
        server.setHandler(gzip);
        server.setStopAtShutdown(true);
        server.start();
        System.err.println("depot " + Main.class.getPackage().getImplementationVersion() + " of " + config.getProperty("owner"));
        server.join();
    }
}
