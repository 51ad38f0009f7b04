<?php
namespace App;
class View {
    public static function render(string $view, array $with): string {
        extract($with); ob_start(); include __DIR__ . "/../views/$view.phtml"; return ob_get_clean();
    }
}
