local given = ngx.var.http_authorization and ngx.var.http_authorization:match "^Gate (.+)$"
local wanted = ngx.encode_base64(ngx.hmac_sha1(os.getenv "GATE_SECRET", ngx.var.uri))
if given ~= wanted then
    ngx.log(ngx.WARN, "refused ", ngx.var.uri)
    ngx.header["WWW-Authenticate"] = "Gate"
    return ngx.exit(401)
end
