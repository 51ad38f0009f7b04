#!/usr/bin/perl
use strict; use POSIX qw(floor);
print "Content-Type: text/plain\n\n", floor(2.5), "\n";
