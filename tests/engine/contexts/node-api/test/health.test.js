const test = require('node:test');
const assert = require('node:assert');
const { health } = require('../dist/health');

test('the service is well', () => assert.equal(health().status, 'OK'));
