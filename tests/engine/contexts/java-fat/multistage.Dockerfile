FROM debian:bookworm AS builder
RUN apt-get update && apt-get install -y --no-install-recommends \
    maven openjdk-17-jdk-headless \
    libjackson2-databind-java libmaven-compiler-plugin-java libmaven-dependency-plugin-java \
    libmaven-jar-plugin-java libmaven-resources-plugin-java libsurefire-java \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/price
COPY src ./src
RUN mkdir -p build/BOOT-INF/lib build/BOOT-INF/classes \
    && cp -L /usr/share/java/jackson-core.jar build/BOOT-INF/lib/jackson-core-2.14.1.jar \
    && cp -L /usr/share/java/commons-lang3.jar build/BOOT-INF/lib/commons-lang3-3.12.0.jar \
    && javac -d build src/org/example/launcher/*.java \
    && javac -cp 'build/BOOT-INF/lib/*' -d build/BOOT-INF/classes src/org/example/price/*.java \
    && jar --create --file price.jar --main-class org.example.launcher.Launcher --no-compress -C build . \
    && rm -rf build

FROM eclipse-temurin:17-jre
WORKDIR /opt/price
COPY --from=builder /opt/price/price.jar .
RUN useradd -r appuser
USER appuser
EXPOSE 8080
ENTRYPOINT ["java", "-jar", "/opt/price/price.jar"]
