FROM debian:bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends openjdk-17-jdk-headless binutils libgoogle-gson-java libcommons-lang3-java libslf4j-java libcommons-csv-java
WORKDIR /opt/acme
RUN mkdir lib classes && cp -L /usr/share/java/gson.jar /usr/share/java/commons-lang3.jar /usr/share/java/commons-csv.jar /usr/share/java/slf4j-api.jar /usr/share/java/slf4j-jdk14.jar lib/
COPY src src
COPY resources classes
RUN javac -cp 'lib/*' -d classes $(find src -name '*.java')
RUN jlink --add-modules java.base,java.logging,java.sql,java.desktop,jdk.httpserver,jdk.localedata,jdk.crypto.ec,jdk.unsupported --strip-debug --no-header-files --no-man-pages --compress=2 --output /jre
FROM debian:bookworm-slim
WORKDIR /opt/acme
COPY --from=build /jre /opt/jre
COPY --from=build /opt/acme/lib lib
COPY --from=build /opt/acme/classes classes
COPY conf conf
COPY --chmod=755 bin bin
ENV PATH=/opt/jre/bin:$PATH ACME_HOME=/opt/acme JAVA_OPTS="-Xmx96m -Djava.util.logging.config.file=/opt/acme/conf/logging.properties"
EXPOSE 9111
ENTRYPOINT ["/opt/acme/bin/run.sh"]
CMD ["serve"]
