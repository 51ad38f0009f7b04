cmd_render() { NAME=$1 envsubst < /usr/local/lib/tool/page.tmpl; }
cmd_sum() { echo "$1 + $2" | bc; }
