acl purgers { "localhost"; "127.0.0.0"/8; }
