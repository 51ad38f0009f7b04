require 'mkmf'
create_makefile('fastsum/fastsum')
