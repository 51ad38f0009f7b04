import { openDb, kind } from '#platform';
export default async (q, mode = 'fts') => {
  const db = openDb();
  const rows = mode === 'fuzzy'
    ? new (await import('fuse.js')).default(db.all('select name from recipe'), { keys: ['name'] }).search(q).map(r => r.item)
    : db.all("select name, snippet(recipe, 1, '[', ']', '…', 5) as hit from recipe where recipe match ? order by rank", [q]);
  db.close();
  console.log(kind, JSON.stringify(rows));
  return rows.length ? 0 : 1;
};
