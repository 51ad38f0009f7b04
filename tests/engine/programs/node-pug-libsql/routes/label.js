const { Router } = require('express');

module.exports = ({ locals: { db } }) => {
  const router = Router();
  router.get('/:id.:kind(svg|png)', (req, res, next) => {
    const tea = db.prepare('SELECT name, price FROM tea WHERE id = ?').get(Number(req.params.id));
    if (!tea) return next();
    res.render('label.pug', { name: tea.name, price: tea.price }, (error, svg) => {
      if (error) return next(error);
      if (req.params.kind === 'svg') return res.type('image/svg+xml').send(svg);
      const { Resvg } = require('@resvg/resvg-js'); // heavy, so only when a picture is asked for
      res.type('png').send(Buffer.from(new Resvg(svg, { fitTo: { mode: 'width', value: 400 }, font: { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans' } }).render().asPng()));
    });
  });
  return router;
};
