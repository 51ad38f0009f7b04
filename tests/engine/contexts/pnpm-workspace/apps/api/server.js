const fastify = require('fastify')();
const { shout } = require('format');

fastify.get('/', async () => shout('hello from pnpm'));
fastify.get('/health', async () => ({ status: 'OK' }));
fastify.listen({ host: '0.0.0.0', port: Number(process.env.PORT ?? 8080) });
