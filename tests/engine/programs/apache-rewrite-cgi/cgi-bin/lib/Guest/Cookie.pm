package Guest::Cookie;
use parent 'Guest::Base';
sub run { my $n = (`/usr/games/fortune -f 2>&1` =~ /%/) ? 'many' : 'none'; ('text/plain', "fortunes: $n\n") }
1;
