package org.depot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.*;
import java.util.*;
import javax.servlet.ServletException;
import javax.servlet.http.*;
import org.depot.report.Report;

public class ReportServlet extends HttpServlet {
    private final Properties config;
    private final transient Store store;

    public ReportServlet(Properties config, Store store) { this.config = config; this.store = store; }

    /** /report/NAME: the class org.depot.report.NAME. */
    @Override protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        String name = request.getPathInfo() == null ? "" : request.getPathInfo().substring(1);
        Locale locale = Locale.ENGLISH;
        for (Locale one : Collections.list(request.getLocales())) if (Arrays.asList(config.getProperty("languages").split(",")).contains(one.getLanguage())) { locale = one; break; }
        try {
            Report report = (Report) Class.forName("org.depot.report." + name).getDeclaredConstructor().newInstance();
            ResourceBundle words = ResourceBundle.getBundle("org.depot.Words", locale, ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_DEFAULT));
            byte[] bytes = report.make(store.all(), words, locale, config).getBytes(request.getParameter("charset") == null ? "UTF-8" : request.getParameter("charset"));
            response.setContentType("text/plain");
            response.setHeader("Content-Language", locale.toLanguageTag());
            response.getOutputStream().write(bytes);
        } catch (ClassNotFoundException | NoClassDefFoundError error) { response.sendError(404);
        } catch (java.io.UnsupportedEncodingException error) { response.sendError(406);
        } catch (Exception error) { throw new ServletException("report " + name, error); }
    }
}
