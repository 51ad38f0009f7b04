import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import chalk from 'chalk';

const dir = new URL('./commands/', import.meta.url);
const commands = {};
for (const f of (await readdir(dir)).sort()) {
  if (!f.endsWith('.js')) continue;
  commands[basename(f, '.js')] = () => import(new URL(f, dir));
}
const [name = 'help', ...rest] = process.argv.slice(2);
process.on('exit', c => { if (c) console.error(chalk.red(`exit ${c}`)); });
if (name === 'help' || !(name in commands)) {
  const { default: pkg } = await import('#pkg', { with: { type: 'json' } });
  console.log(`${chalk.bold(pkg.name)} ${pkg.version}: ${Object.keys(commands).join(', ')}`);
  process.exitCode = name === 'help' ? 0 : 64;
} else {
  try {
    const m = await commands[name]();
    process.exitCode = (await m.default(...rest)) ?? 0;
  } catch (e) {
    console.error(`${e.name}: ${e.code ?? e.message}`);
    process.exitCode = 70;
  }
}
