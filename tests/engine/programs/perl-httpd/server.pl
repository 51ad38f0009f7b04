#!/usr/bin/env perl
use strict; use warnings; use utf8;
use HTTP::Daemon; use HTTP::Response; use YAML::XS qw(LoadFile); use Module::Load qw(load);
$SIG{TERM} = $SIG{INT} = sub { exit 0 };
my $config = LoadFile($ENV{SHOP_CONFIG});
my %handlers;
for my $path (sort keys %{$config->{routes}}) {
    my $class = $config->{routes}{$path};
    load $class;
    $handlers{$path} = $class->new(config => $config);
}
my $daemon = HTTP::Daemon->new(LocalPort => $config->{port}, ReuseAddr => 1, Listen => 20) or die "no port: $!";
while (my $client = $daemon->accept) {
    while (my $request = $client->get_request) {
        my $handler = $handlers{$request->uri->path};
        my ($code, $type, $body) = $handler ? eval { $handler->answer($request) } : (404, 'text/plain', "none\n");
        ($code, $type, $body) = (500, 'text/plain', "error: $@") unless $code;
        $client->send_response(HTTP::Response->new($code, undef, ['Content-Type' => $type, Connection => 'close'], $body));
        last;
    }
    $client->close;
}
