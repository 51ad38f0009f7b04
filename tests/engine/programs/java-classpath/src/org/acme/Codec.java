package org.acme;
public interface Codec { String name(); String apply(String text) throws Exception; }
