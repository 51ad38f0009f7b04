cmd_json() { jq -c '.a | map(. * 2)' <<<'{"a": [1, 2]}'; }
cmd_help() { printf 'a\tb\n' | column -t; awk 'BEGIN { print toupper("x") }'; }
