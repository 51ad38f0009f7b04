const fs = require('fs');
const path = require('path');
const express = require('express');
const config = require('./lib/config');

const app = express();
app.set('views', path.join(__dirname, 'views'));
app.set('view engine', 'pug');
app.disable('x-powered-by');
app.locals.config = config;
app.locals.db = require('./lib/database')(config.data);
app.use(require('compression')({ threshold: 200 }));
app.use(require('./lib/words')(config.languages));
app.use(express.json());
app.use(express.static(path.join(__dirname, 'public'), { index: false, etag: false, lastModified: false }));

// routes/NAME.js is served at /NAME, routes/index.js at /
for (const file of fs.readdirSync(path.join(__dirname, 'routes')).sort()) {
  const { name, ext } = path.parse(file);
  if (ext === '.js') app.use(name === 'index' ? '/' : `/${name}`, require('./routes/' + name)(app));
}

app.use((req, res) => res.status(404).render('errors/404'));
app.use((error, req, res, next) => {
  const code = error.status || 500;
  console.error(`${code} ${req.path}: ${error.message}`);
  if (req.accepts(['html', 'json']) === 'json') return res.status(code).json({ error: error.message });
  const view = fs.existsSync(path.join(app.get('views'), 'errors', `${code}.pug`)) ? code : 'other';
  res.status(code).render(`errors/${view}`, { error });
});

module.exports = app;
