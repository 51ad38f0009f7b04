const { Router } = require('express');

module.exports = () => {
  const router = Router();
  router.get('/:name', async (req, res, next) => {
    try {
      const { default: mime } = await import('mime'); // a module that cannot be required
      const type = mime.getType(req.params.name);
      if (!type) throw Object.assign(new Error(`no type for ${req.params.name}`), { status: 415 });
      res.json({ type, extension: mime.getExtension(type) });
    } catch (error) {
      next(error);
    }
  });
  return router;
};
