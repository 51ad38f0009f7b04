package Guest::Base;
use strict; use warnings;
use DBI;
sub new { my $c = shift; bless { db => DBI->connect("dbi:SQLite:dbname=$ENV{GUEST_DB}", '', '', { RaiseError => 1, PrintError => 0, sqlite_unicode => 1 }) }, $c }
sub rows { $_[0]{db}->selectall_arrayref('select * from line order by id', { Slice => {} }) }
1;
