<?php

namespace Shop;

use Example\Mustache\Template;

final class Greeting
{
    public function text(): string
    {
        return Template::fill("Hello from {{name}}!\n", 'PHP ' . PHP_VERSION);
    }
}
