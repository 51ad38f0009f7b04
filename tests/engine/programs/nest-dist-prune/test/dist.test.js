const test = require('node:test');
const assert = require('node:assert');
const fs = require('fs');

test('assets are beside the code', () => {
  for (const file of ['views/index.hbs', 'views/partials/note.hbs', 'i18n/nl.json', 'codecs/upper.codec.js']) assert.ok(fs.existsSync(`dist/${file}`), file);
});
