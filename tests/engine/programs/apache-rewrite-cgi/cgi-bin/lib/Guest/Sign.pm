package Guest::Sign;
use parent 'Guest::Base';
use CGI ();
use Unicode::Normalize 'NFC';
sub run {
    my $s = shift;
    die "POST only\n" unless ($ENV{REQUEST_METHOD} // '') eq 'POST';
    my ($who, $said) = map { NFC(scalar CGI::param($_) // '') } qw(who said);
    $s->{db}->do('insert into line (who, said) values (?, ?)', undef, $who, $said);
    return ('text/plain', "thanks \U$who\E\n");
}
1;
