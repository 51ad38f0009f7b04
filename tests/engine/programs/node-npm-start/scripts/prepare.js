require('fs').writeFileSync('/tmp/prepared', 'yes')
