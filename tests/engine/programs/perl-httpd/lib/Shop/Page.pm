package Shop::Page;
use strict; use warnings; use Template; use Shop::Store; use Encode qw(encode);
sub new { my ($class, %with) = @_; return bless {%with, tt => Template->new({INCLUDE_PATH => $with{config}{templates}, WRAPPER => 'parts/layout.tt', ENCODING => 'utf8'})}, $class }
sub answer {
    my ($self) = @_; my $out = '';
    $self->{tt}->process('index.tt', {title => $self->{config}{title}, teas => Shop::Store::all()}, \$out) or die $self->{tt}->error;
    return (200, 'text/html; charset=utf-8', encode('UTF-8', $out));
}
1;
