import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
export default async file => {
  const script = fileURLToPath(new URL('../../scripts/plan.py', import.meta.url));
  const child = spawn('python3', [script, file ?? fileURLToPath(new URL('../../scripts/week.yaml', import.meta.url))], { stdio: ['ignore', 'pipe', 'pipe'] });
  const out = text(child.stdout), err = text(child.stderr);
  const [code] = await once(child, 'close');
  if (code) { console.error((await err).trim().split('\n').at(-1)); return code; }
  for (const d of JSON.parse(await out)) console.log(`${d.day}: ${d.meal} (${d.minutes} min)`);
};
