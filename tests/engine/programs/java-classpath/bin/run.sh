#!/bin/sh
: "${ACME_HOME:=$(dirname "$0")/..}"
CP="$ACME_HOME/classes:$ACME_HOME/conf"
for jar in "$ACME_HOME"/lib/*.jar; do CP="$CP:$jar"; done
case "$1" in
    serve) main=org.acme.Server; shift ;;
    *) main="org.acme.Server"; ;;
esac
cd "$ACME_HOME" || exit 1
exec java $JAVA_OPTS -cp "$CP" "$main" "$@"
