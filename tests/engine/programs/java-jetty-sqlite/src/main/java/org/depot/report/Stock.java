package org.depot.report;

import java.text.*;
import java.time.*;
import java.time.format.*;
import java.util.*;
import org.depot.Store.Item;

public class Stock implements Report {
    public String make(List<Item> items, ResourceBundle words, Locale locale, Properties config) {
        items.sort(Comparator.comparing(one -> one.name, Collator.getInstance(locale)));
        StringBuilder text = new StringBuilder(words.getString("title")).append('\n');
        for (Item one : items) {
            ZonedDateTime counted = LocalDate.parse(one.counted).atTime(12, 0).atZone(ZoneId.of(config.getProperty("zone")));
            text.append(MessageFormat.format(words.getString("line"), one.name, new ChoiceFormat(words.getString("pieces")).format(one.pieces), NumberFormat.getInstance(locale).format(one.pieces),
                DateTimeFormatter.ofLocalizedDate(FormatStyle.FULL).withLocale(locale).format(counted), counted.getOffset())).append('\n');
        }
        return text.toString();
    }
}
