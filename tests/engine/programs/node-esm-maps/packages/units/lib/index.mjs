import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
export function convert(amount, unit, to) {
  const t = require(`units/tables/${to}`);
  if (!(unit in t)) throw new RangeError(`no ${unit} in ${to}`);
  return { amount: +(amount * t[unit].factor).toFixed(2), unit: t[unit].unit };
}
