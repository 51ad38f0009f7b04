use Mojolicious::Lite -signatures;
use lib 'lib';
use DBI;
use Shop::Words;
get '/' => sub ($c) { $c->render(template => 'index', word => Shop::Words::word()) };
get '/db' => sub ($c) { my $d = DBI->connect('dbi:SQLite:dbname=:memory:'); $c->render(json => {v => $d->selectrow_array('select 1+1')}) };
app->start;
__DATA__
@@ index.html.ep
<p><%= $word %></p>
