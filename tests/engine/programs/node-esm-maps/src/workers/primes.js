import { parentPort, workerData as d } from 'node:worker_threads';
import { createHash } from 'node:crypto';
if (d.max > 100000) throw new RangeError('too many');
const prime = n => { for (let i = 2; i * i <= n; i++) if (n % i === 0) return false; return n > 1; };
parentPort.postMessage(Array.from({ length: d.max }, (_, n) => n).filter(n => n % d.of === d.k && prime(n)).concat(d.k ? [] : [parseInt(createHash('md5').update('x').digest('hex').slice(0, 4), 16)]));
