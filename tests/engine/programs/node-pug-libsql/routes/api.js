const { Router } = require('express');

module.exports = ({ locals: { db } }) => {
  const router = Router();
  router.get('/search', (req, res) => {
    const rows = db.prepare("SELECT t.name AS name, snippet(note, 0, '[', ']', '…', 6) AS text FROM note JOIN tea t ON t.id = note.rowid WHERE note MATCH ? ORDER BY rank").all(String(req.query.q));
    res.json(rows.map(({ name, text }) => ({ name, text })));
  });
  router.post('/tea', (req, res, next) => {
    try {
      const { name, price } = req.body;
      const { changes } = db.prepare('INSERT INTO tea (name, price, origin) VALUES (?, ?, ?)').run(name, price, JSON.stringify({ land: 'new' }));
      res.status(201).json({ changes, land: db.prepare("SELECT origin ->> '$.land' AS land FROM tea WHERE name = ?").get(name).land });
    } catch (error) {
      next(Object.assign(new Error(error.message), { status: 409 }));
    }
  });
  return router;
};
