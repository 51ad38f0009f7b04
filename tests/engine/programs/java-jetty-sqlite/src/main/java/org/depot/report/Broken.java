package org.depot.report;

import java.util.*;
import org.depot.Store.Item;

public class Broken implements Report {
    public String make(List<Item> items, ResourceBundle words, Locale locale, Properties config) { return words.getString("no such word"); }
}
