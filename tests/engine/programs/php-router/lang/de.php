<?php return ['books' => 'Bücher', 'total' => 'Summe: {0, number}'];
