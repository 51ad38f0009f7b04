<?php
namespace App\Store;
class Books {
    private \PDO $db;
    public function __construct(string $dsn) { $this->db = new \PDO($dsn); $this->db->setAttribute(\PDO::ATTR_ERRMODE, \PDO::ERRMODE_EXCEPTION); }
    public function create(): void { $this->db->exec('CREATE TABLE IF NOT EXISTS books (title TEXT PRIMARY KEY, price REAL, seen INTEGER DEFAULT 0)'); }
    public function add(string $title, float $price): void { $this->db->prepare('INSERT OR REPLACE INTO books (title, price) VALUES (?, ?)')->execute([$title, $price]); }
    public function see(string $title): void { $this->db->prepare('UPDATE books SET seen = 1 WHERE title = ?')->execute([$title]); }
    public function all(): array { return $this->db->query('SELECT title, price, seen FROM books')->fetchAll(\PDO::FETCH_ASSOC); }
}
