#include <ruby.h>

static VALUE add(VALUE self, VALUE a, VALUE b) { return LONG2NUM(NUM2LONG(a) + NUM2LONG(b)); }

void Init_fastsum(void) { rb_define_module_function(rb_define_module("Fastsum"), "add", add, 2); }
