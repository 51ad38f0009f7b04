#!/usr/bin/perl
use strict; use warnings; use utf8;
use CGI qw(:standard -utf8);
use FindBin;
use lib "$FindBin::Bin/lib";
binmode STDOUT, ':encoding(UTF-8)';
my $do = param('do') || url_param('do') || 'list';
my $class = 'Guest::' . ucfirst lc $do;
eval "require $class; 1" or do {
    print header(-status => '404 Not Found', -type => 'text/plain');
    print "no action $do\n";
    exit;
};
my ($type, $body) = eval { $class->new->run };
if ($@) { print header(-status => '500 Oops', -type => 'text/plain'), "failed: ", (split / at /, $@)[0], "\n"; exit }
print header(-type => $type, -charset => 'utf-8'), $body;
