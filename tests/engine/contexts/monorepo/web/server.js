const http = require('http');
const polka = require('polka');

const ask = (port, path) =>
  new Promise((resolve, reject) => {
    http
      .get({ port, path }, (answer) => {
        let text = '';
        answer.on('data', (part) => (text += part));
        answer.on('end', () => resolve(text));
      })
      .on('error', reject);
  });

polka()
  .get('/', (_, response) => response.end('Hello from the monorepo!\n'))
  .get('/health', async (_, response) => {
    try {
      const services = { search: await ask(process.env.SEARCH_PORT, '/'), scoring: await ask(process.env.SCORING_PORT, '/') };
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ status: 'OK', ...services }));
    } catch (problem) {
      response.statusCode = 503;
      response.end(String(problem));
    }
  })
  .listen(process.env.PORT);
