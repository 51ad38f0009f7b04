package org.acme.codec;
public class Rot implements org.acme.Codec {
    public String name() { return "rot"; }
    public String apply(String text) { StringBuilder b = new StringBuilder(); for (char c : text.toCharArray()) b.append(c >= 'a' && c <= 'z' ? (char) ('a' + (c - 'a' + 13) % 26) : c); return b.toString(); }
}
