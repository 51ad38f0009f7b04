require('http')
  .createServer((_, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ status: 'OK' }));
  })
  .listen(Number(process.env.PORT ?? 8080));
