export default async name => {
  const [{ unified }, parse, rehype, html] = await Promise.all(['unified', 'remark-parse', 'remark-rehype', 'rehype-stringify'].map(n => import(n)));
  const { openDb } = await import('#platform');
  const row = openDb().get('select body from recipe where name = ?', [name]);
  if (!row) throw new Error('no such recipe');
  console.log(String(await unified().use(parse.default).use(rehype.default).use(html.default).process(row.body)));
};
