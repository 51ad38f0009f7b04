<?php
return ['name' => 'Librería', 'dsn' => 'sqlite:' . __DIR__ . '/../var/books.db', 'locales' => ['es', 'de']];
