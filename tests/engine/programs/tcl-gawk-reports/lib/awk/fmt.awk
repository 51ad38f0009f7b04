function pad(s, n) { while (length(s) < n) s = s "."; return s }
