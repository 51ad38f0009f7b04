package org.depot;

import java.sql.*;
import java.util.*;

public class Store {
    public static class Item { public int id; public String name; public int pieces; public int price; public String counted; }
    private final String url;

    public Store(String url) throws SQLException { this.url = url; }

    // the driver is found by its service file in the jar
    private Connection open() throws SQLException { return DriverManager.getConnection(url); }

    public List<Item> all() throws SQLException {
        try (Connection db = open(); Statement ask = db.createStatement(); ResultSet rows = ask.executeQuery("SELECT * FROM item ORDER BY id")) {
            List<Item> all = new ArrayList<>();
            while (rows.next()) {
                Item one = new Item();
                one.id = rows.getInt("id"); one.name = rows.getString("name"); one.pieces = rows.getInt("pieces"); one.price = rows.getInt("price"); one.counted = rows.getString("counted");
                all.add(one);
            }
            return all;
        }
    }

    public void add(Item one) throws SQLException {
        try (Connection db = open(); PreparedStatement put = db.prepareStatement("INSERT INTO item (name, pieces, price, counted) VALUES (?, ?, ?, ?)")) {
            put.setString(1, one.name); put.setInt(2, one.pieces); put.setInt(3, one.price); put.setString(4, one.counted);
            put.executeUpdate();
        }
    }

    public String version() throws SQLException {
        try (Connection db = open()) { return db.getMetaData().getDatabaseProductName(); }
    }
}
