package Shop::When;
use strict; use warnings; use DateTime; use Encode qw(encode);
sub new { my ($class, %with) = @_; return bless {%with}, $class }
sub answer { my ($self) = @_; my $t = DateTime->from_epoch(epoch => 1700000000, time_zone => $self->{config}{zone}, locale => 'fr-FR');
    return (200, 'text/plain; charset=utf-8', encode('UTF-8', $t->strftime('%A %d %B %Y %H:%M %Z') . "\n")) }
1;
