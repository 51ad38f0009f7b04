const path = require('path');

const env = process.env.NODE_ENV || 'development';
const base = require('../config/default.json');
let own = {};
try {
  own = require(path.join(__dirname, '..', 'config', `${env}.json`));
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND') throw error;
}
module.exports = { ...base, ...own, env, data: process.env.DATA_DIR || '.' };
