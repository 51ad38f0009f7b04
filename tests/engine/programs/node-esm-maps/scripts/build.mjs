import { build } from 'esbuild';
import { chmodSync, writeFileSync } from 'node:fs';
import sqlite from 'node-sqlite3-wasm';
await build({ entryPoints: ['src/main.js'], outfile: 'dist/main.mjs', bundle: false, format: 'esm', sourcemap: true });
writeFileSync('dist/cli.mjs', "#!/usr/bin/env -S node --enable-source-maps --no-warnings\nimport('../src/main.js');\n");
chmodSync('dist/cli.mjs', 0o755);
const db = new sqlite.Database('dist/pantry.db');
db.exec("create virtual table recipe using fts5(name, body); insert into recipe values ('Apfelkuchen', '# Apfelkuchen\n\n* 2 cup flour\n* 3 **apples**'), ('Brötchen', 'Flour, *water*, salt'), ('Ratatouille', '1. aubergine\n2. tomato')");
db.close();
