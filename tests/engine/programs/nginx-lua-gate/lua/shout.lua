ngx.arg[1] = ngx.re.gsub(ngx.arg[1], [[\b(\p{L})(\p{L}*)]], function(m) return m[1]:upper() .. m[2] end, "ju")
