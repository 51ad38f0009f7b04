CREATE VIRTUAL TABLE note USING fts5(text, tokenize = 'porter unicode61');
INSERT INTO note (rowid, text) VALUES (1, 'Malty and strong, steeped for four minutes'), (2, 'Served strongly in small glasses'), (4, 'Rolled like gunpowder, steeping twice');
