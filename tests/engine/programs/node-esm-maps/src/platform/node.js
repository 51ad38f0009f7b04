export const kind = 'node'; export { openDb } from './db.js';
