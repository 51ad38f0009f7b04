<?php
require __DIR__ . '/src/autoload.php';
$store = new App\Store\Books((require __DIR__ . '/config/app.php')['dsn']);
$store->create();
foreach (['Ñandú' => 1200.5, 'Zorro' => 3, 'Águila' => 77777.25] as $title => $price) $store->add($title, $price);
