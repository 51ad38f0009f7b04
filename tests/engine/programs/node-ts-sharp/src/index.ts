import Fastify from 'fastify'
import sharp from 'sharp'
import { Worker } from 'node:worker_threads'
const app = Fastify()
app.get('/png', async (q, r) => r.type('image/png').send(await sharp({create: {width: 2, height: 2, channels: 3, background: 'red'}}).png().toBuffer()))
app.get('/sum', (q, r) => { new Worker(new URL('./worker.js', import.meta.url), {workerData: [1, 2]}).on('message', m => r.send({sum: m})) })
app.get('/lazy', async () => (await import('./lazy.js')).text)
await app.listen({port: 8812, host: '0.0.0.0'})
