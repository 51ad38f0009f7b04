return { hex = function(bytes) return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end }
