package org.acme.codec;
import java.security.MessageDigest;
import java.util.HexFormat;
public class Sha implements org.acme.Codec {
    public String name() { return "sha"; }
    public String apply(String text) throws Exception { return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes("UTF-8"))); }
}
