package Guest::Json;
use parent 'Guest::Base';
use JSON::XS;
sub run { ('application/json', JSON::XS->new->canonical->pretty->encode($_[0]->rows)) }
1;
