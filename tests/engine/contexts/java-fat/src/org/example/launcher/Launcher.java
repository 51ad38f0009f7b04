package org.example.launcher;

import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;

/** Starts a program out of a jar that holds its classes below BOOT-INF/classes and its libraries as jars in BOOT-INF/lib. */
public final class Launcher {
    public static void main(String[] arguments) throws Exception {
        Path here = Path.of(Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path unpacked = Files.createTempDirectory("launcher");
        List<URL> places = new ArrayList<>();
        places.add(Files.createDirectories(unpacked.resolve("BOOT-INF/classes")).toUri().toURL());
        try (JarFile jar = new JarFile(here.toFile())) {
            for (var entry : jar.stream().filter(item -> item.getName().startsWith("BOOT-INF/") && !item.isDirectory()).toList()) {
                Path target = unpacked.resolve(entry.getName());
                Files.createDirectories(target.getParent());
                try (InputStream content = jar.getInputStream(entry)) {
                    Files.copy(content, target, StandardCopyOption.REPLACE_EXISTING);
                }
                if (entry.getName().endsWith(".jar")) {
                    places.add(target.toUri().toURL());
                }
            }
        }
        ClassLoader loader = new URLClassLoader(places.toArray(URL[]::new));
        loader.loadClass("org.example.price.Main").getMethod("main", String[].class).invoke(null, (Object) arguments);
    }
}
