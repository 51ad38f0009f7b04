CREATE TABLE tea (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, price REAL NOT NULL CHECK (price > 0), origin TEXT);
INSERT INTO tea (name, price, origin) VALUES ('Assam', 4.5, '{"land": "IN"}'), ('Çay', 1250, '{"land": "TR"}'), ('Äiti', 7, '{"land": "FI"}'), ('Zhu Cha', 12.25, '{"land": "CN"}');
