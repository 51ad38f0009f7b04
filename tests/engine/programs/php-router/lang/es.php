<?php return ['books' => 'Libros', 'total' => 'Total: {0, number}'];
