package org.depot.report;

import java.util.*;
import org.depot.Store.Item;

public interface Report { String make(List<Item> items, ResourceBundle words, Locale locale, Properties config) throws Exception; }
