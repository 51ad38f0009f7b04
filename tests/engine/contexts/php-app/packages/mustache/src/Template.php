<?php

namespace Example\Mustache;

final class Template
{
    public static function fill(string $template, string $name): string
    {
        return str_replace('{{name}}', $name, $template);
    }
}
