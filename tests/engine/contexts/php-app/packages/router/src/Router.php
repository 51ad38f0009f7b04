<?php

namespace Example\Router;

final class Router
{
    /** @param array<string, callable(): string> $routes */
    public function __construct(private array $routes)
    {
    }

    public function answer(string $path): string
    {
        return ($this->routes[$path] ?? $this->routes['/'])();
    }
}
