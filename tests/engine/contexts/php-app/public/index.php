<?php

require __DIR__ . '/../vendor/autoload.php';

header('Content-Type: application/json');
echo (new Example\Router\Router([
    '/' => fn () => (new Shop\Greeting())->text(),
    '/health' => fn () => json_encode(['status' => 'OK']) . "\n",
]))->answer(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
