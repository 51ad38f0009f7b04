module.exports = app => app.get('/one', (q, r) => r.json({one: 1}))
