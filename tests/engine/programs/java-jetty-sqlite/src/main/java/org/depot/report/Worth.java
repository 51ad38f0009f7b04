package org.depot.report;

import java.security.MessageDigest;
import java.text.NumberFormat;
import java.util.*;
import org.depot.Store.Item;

public class Worth implements Report {
    public String make(List<Item> items, ResourceBundle words, Locale locale, Properties config) throws Exception {
        long worth = items.stream().mapToLong(one -> (long) one.pieces * one.price).sum();
        NumberFormat money = NumberFormat.getCurrencyInstance(locale);
        money.setCurrency(Currency.getInstance("CZK"));
        return words.getString("worth") + " " + money.format(worth / 100.0) + "\n" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA3-256").digest(Long.toString(worth).getBytes()), 0, 8) + "\n";
    }
}
