<?php
namespace App;
class Feed {
    public static function xml(array $books): string {
        $doc = new \DOMDocument('1.0', 'UTF-8'); $root = $doc->appendChild($doc->createElement('books'));
        foreach ($books as $book) { $one = $root->appendChild($doc->createElement('book', $book['title'])); $one->setAttribute('price', (string) $book['price']); }
        return $doc->saveXML();
    }
}
