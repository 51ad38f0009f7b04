import { convert } from 'units';
export default (amount, unit, to = 'metric') => { const r = convert(+amount, unit, to); console.log(`${amount} ${unit} = ${r.amount} ${r.unit}`); };
