package Shop::Store;
use strict; use warnings; use DBI;
my $db;
sub db {
    return $db if $db;
    $db = DBI->connect('dbi:SQLite:dbname=:memory:', '', '', {RaiseError => 1, sqlite_unicode => 1});
    $db->do('CREATE TABLE tea (name TEXT, grams INTEGER)');
    $db->do('INSERT INTO tea VALUES (?, ?)', undef, @$_) for ['Assam', 100], ['Sencha', 50];
    return $db;
}
sub all { return db()->selectall_arrayref('SELECT name, grams FROM tea ORDER BY name', {Slice => {}}) }
1;
