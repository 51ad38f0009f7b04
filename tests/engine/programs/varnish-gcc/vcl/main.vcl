vcl 4.1;
import std;
import header;
import var;
import cookie;
include "backends.vcl";
include "acl.vcl";
include "rules.vcl";
