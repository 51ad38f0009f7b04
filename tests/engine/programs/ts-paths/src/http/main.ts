import Fastify from 'fastify'
import fastifyStatic from '@fastify/static'
import addFormats from 'ajv-formats'
import Ajv from 'ajv'
import { join } from 'path'
import { config, version } from '@config'
import { load, rules } from '@core/registry'
const ajv = new Ajv({ allErrors: true }); addFormats(ajv)
const check = ajv.compile({ type: 'object', required: ['mail'], properties: { mail: { type: 'string', format: 'email' } } })
async function main() {
  await load()
  const app = Fastify()
  await app.register(fastifyStatic, { root: join(process.cwd(), 'assets/public'), prefix: '/public/' })
  app.get('/', async () => ({ version, motto: config.motto, limit: config.limit, rules: rules.map(r => Reflect.getMetadata('rule', r.constructor)) }))
  app.get<{ Params: { n: string } }>('/rule/:n', async q => rules.map(r => r.apply(+q.params.n)).filter(Boolean).join('') || q.params.n)
  app.post('/check', async (q, r) => check(q.body) ? { ok: true } : r.code(422).send(check.errors))
  app.get('/intl', async () => new Intl.DateTimeFormat('pl', { dateStyle: 'full', timeZone: 'Europe/Warsaw' }).format(1.7e12))
  app.get('/throw', async (q, r) => { try { throw new Error('x') } catch (e: any) { return /main\.ts:\d+/.exec(e.stack)![0] } })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => app.close())
  await app.listen({ port: config.port, host: '0.0.0.0' })
}
main()
