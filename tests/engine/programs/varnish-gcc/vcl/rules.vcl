sub vcl_recv {
  if (req.method == "PURGE") { if (client.ip !~ purgers) { return (synth(405)); } return (purge); }
  if (req.url == "/old") { return (synth(750, "/new")); }
  if (req.url ~ "^/motd") { return (synth(760)); }
  cookie.parse(req.http.Cookie);
  cookie.keep("lang");
  set req.http.X-Lang = cookie.get("lang");
  unset req.http.Cookie;
  set req.url = std.querysort(req.url);
}
sub vcl_hash { hash_data(req.http.X-Lang); }
sub vcl_backend_response { set beresp.ttl = 60s; set beresp.do_esi = beresp.http.X-ESI == "yes"; if (bereq.url ~ "\.txt$") { set beresp.do_gzip = true; } }
sub vcl_deliver {
  set resp.http.X-Cache = obj.hits > 0;
  header.append(resp.http.X-Edge, std.toupper("edge"));
}
sub vcl_synth {
  if (resp.status == 750) { set resp.http.Location = resp.reason; set resp.status = 301; set resp.reason = "Moved"; return (deliver); }
  if (resp.status == 760) { set resp.status = 200; set resp.http.Content-Type = "text/plain; charset=utf-8"; synthetic(std.fileread("/etc/varnish/motd.txt")); return (deliver); }
}
