<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path !== '/' && is_file(__DIR__ . $path) && !str_ends_with($path, '.php')) return false;
require __DIR__ . '/../src/autoload.php';
$config = require __DIR__ . '/../config/app.php';
$store = new App\Store\Books($config['dsn']);
$locale = in_array($_GET['lang'] ?? '', $config['locales']) ? $_GET['lang'] : 'es';
switch ($path) {
    case '/':
        $books = $store->all();
        $order = new Collator($locale); usort($books, fn($a, $b) => $order->compare($a['title'], $b['title']));
        $money = new NumberFormatter($locale, NumberFormatter::CURRENCY);
        foreach ($books as &$book) $book['shown'] = $money->formatCurrency($book['price'], 'EUR');
        unset($book);
        header('Content-Type: text/html; charset=utf-8');
        echo App\View::render('list', ['name' => $config['name'], 'books' => $books, 'words' => require __DIR__ . "/../lang/$locale.php", 'locale' => $locale]);
        break;
    case '/feed.xml': header('Content-Type: application/xml'); echo App\Feed::xml($store->all()); break;
    case '/see': $store->see('Zorro'); header('Content-Type: application/json'); echo json_encode($store->all(), JSON_UNESCAPED_UNICODE); break;
    case '/when': echo date('Y-m-d H:i T', 1700000000), ' ', ini_get('memory_limit'), ' ', (new IntlDateFormatter('de', IntlDateFormatter::FULL, IntlDateFormatter::NONE, 'Europe/Berlin'))->format(1700000000); break;
    default: http_response_code(404); echo App\View::render('missing', ['path' => $path]);
}
