package org.acme.codec;
import java.io.ByteArrayOutputStream;
import java.util.zip.*;
public class Zip implements org.acme.Codec {
    public String name() { return "crc"; }
    public String apply(String text) throws Exception { CRC32 c = new CRC32(); c.update(text.getBytes("UTF-8")); ByteArrayOutputStream out = new ByteArrayOutputStream(); try (DeflaterOutputStream d = new DeflaterOutputStream(out)) { d.write(text.getBytes("UTF-8")); } return Long.toHexString(c.getValue()) + " " + out.size(); }
}
