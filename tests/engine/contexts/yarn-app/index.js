const Koa = require('koa');

const app = new Koa();
app.use(async (context) => {
  context.body = context.path === '/health' ? { status: 'OK' } : 'Hello from yarn!\n';
});
app.listen(Number(process.env.PORT ?? 8080));
