package Shop::Words;
use strict; use Encode; use POSIX;
sub word { return encode('UTF-8', 'word') }
1;
