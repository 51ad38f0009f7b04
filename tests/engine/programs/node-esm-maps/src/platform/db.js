import sqlite from 'node-sqlite3-wasm';
import { fileURLToPath } from 'node:url';
export const openDb = () => new sqlite.Database(fileURLToPath(new URL('../../dist/pantry.db', import.meta.url)), { readOnly: true, fileMustExist: true });
