package Shop::Api;
use strict; use warnings; use JSON::XS; use Shop::Store;
sub new { my ($class, %with) = @_; return bless {%with}, $class }
sub answer { my ($self, $request) = @_; my %q = $request->uri->query_form; my @all = grep { !$q{min} || $_->{grams} >= $q{min} } @{Shop::Store::all()};
    return (200, 'application/json', JSON::XS->new->canonical->utf8->encode({teas => \@all})) }
1;
