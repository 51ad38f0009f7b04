package Guest::List;
use parent 'Guest::Base';
use Template;
sub run {
    my $s = shift;
    my $t = Template->new(INCLUDE_PATH => '/usr/lib/guest/lib', ENCODING => 'utf8') or die Template->error;
    $t->process('list.tt', { rows => $s->rows }, \my $out) or die $t->error . "\n";
    return ('text/html', $out);
}
1;
