PRAGMA journal_mode = WAL;
CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, pieces INTEGER, price INTEGER, counted TEXT);
INSERT INTO item VALUES (1, 'šroub', 12000, 125, '2024-02-29'), (2, 'Mutter', 3, 80, '2024-03-31'), (3, 'ネジ', 400, 3000, '2024-10-27');
