package org.depot;

import com.google.gson.*;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Properties;
import javax.servlet.http.*;

public class ItemServlet extends HttpServlet {
    private final Properties config;
    private final transient Store store;
    private final Gson gson = new GsonBuilder().disableHtmlEscaping().setFieldNamingPolicy(FieldNamingPolicy.UPPER_CAMEL_CASE).create();

    public ItemServlet(Properties config, Store store) { this.config = config; this.store = store; }

    @Override protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("application/json;charset=utf-8");
        try {
            String path = request.getPathInfo();
            if (path == null || path.equals("/")) { response.getWriter().println(gson.toJson(store.all())); return; }
            for (Store.Item one : store.all()) if (path.equals("/" + one.id)) { response.getWriter().println(gson.toJson(one)); return; }
            response.sendError(404);
        } catch (SQLException error) { response.sendError(500, error.getMessage()); }
    }

    @Override protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain;charset=utf-8");
        try {
            request.setCharacterEncoding("UTF-8");
            Store.Item one = gson.fromJson(request.getReader(), Store.Item.class);
            store.add(one);
            Integer before = (Integer) request.getSession().getAttribute("added");
            request.getSession().setAttribute("added", before == null ? 1 : before + 1);
            response.setStatus(201);
            response.getWriter().println("added " + request.getSession().getAttribute("added") + " for " + config.getProperty("owner"));
        } catch (JsonParseException error) {
            response.setStatus(400); response.getWriter().println("not JSON");
        } catch (SQLException error) {
            System.err.println("refused: " + error.getMessage());
            response.setStatus(409); response.getWriter().println(error.getMessage().contains("UNIQUE") ? "there is one" : "no");
        }
    }
}
