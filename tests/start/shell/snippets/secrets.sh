#!/usr/bin/env bash
# Settings from files: what an image's entrypoint does before it starts its server.
set -Eeo pipefail
shopt -s nullglob

file_env() {
	local var="$1"
	local fileVar="${var}_FILE"
	local def="${2:-}"
	if [ "${!var:-}" ] && [ "${!fileVar:-}" ]; then
		printf >&2 'error: both %s and %s are set (they don'\''t go together)\n' "$var" "$fileVar"
		exit 1
	fi
	local val="$def"
	if [ "${!var:-}" ]; then
		val="${!var}"
	elif [ "${!fileVar:-}" ]; then
		val="$(< "${!fileVar}")"
	fi
	export "$var"="$val"
	unset "$fileVar"
}

process_files() {
	local f
	for f; do
		case "$f" in
			*.sh)
				if [ -x "$f" ]; then
					printf '%s: running %s\n' "$0" "$f"
					"$f"
				else
					. "$f"
				fi
				;;
			*.sql.gz) gunzip -c "$f" | process_sql; printf '\n' ;;
			*) printf '%s: ignoring %s\n' "$0" "$f" ;;
		esac
	done
}

process_sql() {
	local -a query=( client -v ON_ERROR_STOP=1 --no-password )
	if [[ -n "$DATABASE" && $DATABASE =~ ^[a-z_]+$ ]]; then
		query+=( --dbname "$DATABASE" )
	fi
	OPTIONS="$OPTIONS" "${query[@]}" "$@"
}

file_env PASSWORD
while IFS= read -r -d '' file; do
	process_files "$file"
done < <(find /docker-entrypoint-initdb.d -type f -print0 | sort -z)

cat > /tmp/settings <<-EOSQL
	CREATE USER "$USER_NAME" WITH PASSWORD '$(echo "$PASSWORD" | sed "s/'/''/g")';
EOSQL
exec gosu postgres "$@"
