FROM debian:bookworm-slim AS builder
RUN mkdir -p /usr/share/man/man1 && apt-get update \
    && apt-get install -y --no-install-recommends openjdk-17-jdk-headless libgoogle-gson-java libcommons-lang3-java

WORKDIR /opt/price
COPY src ./src
RUN mkdir -p build/BOOT-INF/lib build/BOOT-INF/classes \
    && cp -L /usr/share/java/gson.jar build/BOOT-INF/lib/gson-2.10.jar \
    && cp -L /usr/share/java/commons-lang3.jar build/BOOT-INF/lib/commons-lang3-3.12.0.jar \
    && javac -d build src/org/example/launcher/*.java \
    && javac -cp 'build/BOOT-INF/lib/*' -d build/BOOT-INF/classes src/org/example/price/*.java \
    && jar --create --file price.jar --main-class org.example.launcher.Launcher --no-compress -C build .

FROM eclipse-temurin:17-jre
WORKDIR /opt/price
COPY --from=builder /opt/price/price.jar .
RUN useradd -r appuser
USER appuser
EXPOSE 8080
ENTRYPOINT ["java", "-jar", "/opt/price/price.jar"]
