const { Router } = require('express');

module.exports = (app) => {
  const router = Router();
  router.get('/', (req, res) => {
    const teas = app.locals.db.prepare('SELECT id, name, price, origin FROM tea WHERE name LIKE ? ORDER BY name').all(`%${req.query.q || ''}%`);
    teas.sort((a, b) => a.name.localeCompare(b.name, res.locals.language));
    res.render('index', { teas });
  });
  router.get('/about', (req, res) => res.render('about'));
  return router;
};
