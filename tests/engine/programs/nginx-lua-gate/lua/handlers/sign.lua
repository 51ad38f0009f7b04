local str = require "resty.string_hex"

return function(args)
    return { ngx.encode_base64(ngx.hmac_sha1(os.getenv "GATE_SECRET", args.uri or "/")), ngx.md5(args.uri or "/"), str.hex(ngx.sha1_bin(args.uri or "/")):sub(1, 12), ngx.crc32_long(args.uri or "/") }
end
