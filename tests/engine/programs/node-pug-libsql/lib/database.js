const fs = require('fs');
const path = require('path');
const Database = require('libsql');

/** Opens the file and runs every migration that it has not seen. */
module.exports = function open(folder) {
  const db = new Database(path.join(folder, 'shop.db'));
  db.exec('CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)');
  const from = path.join(__dirname, '..', 'migrations');
  for (const name of fs.readdirSync(from).filter((one) => one.endsWith('.sql')).sort()) {
    if (db.prepare('SELECT count(*) AS n FROM migration WHERE name = ?').get(name).n) continue;
    db.exec(fs.readFileSync(path.join(from, name), 'utf8'));
    db.prepare('INSERT INTO migration (name) VALUES (?)').run(name);
    console.error(`migrated ${name}`);
  }
  return db;
};
