import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
export default async what => {
  if (what === 'internal') return console.log(await import('units/internal/secret'));
  if (what === 'require') return console.log(require('units').convert());
  console.log(require('units/legacy').names(), require.resolve('units').split('/').slice(-3).join('/'));
};
